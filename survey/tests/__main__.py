"""Runs all tests of this folder: python3 -m survey.tests.  Lines as tests/run counts them."""

import os
import sys
import unittest


class Lines(unittest.TestResult):
    """Prints ok, not ok or skipped and the name of each test."""

    def _say(self, word, test, text=""):
        print(word, test.id(), flush=True)
        if text:
            print("    " + text.strip().replace("\n", "\n    "), flush=True)

    def addSuccess(self, test):
        self._say("ok", test)

    def addSkip(self, test, reason):
        print(f"skipped {test.id()}: {reason}", flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say("not ok", test, self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self._say("not ok", test, self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            super().addSubTest(test, subtest, err)
            self._say("not ok", subtest, self._exc_info_to_string(err, test))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    top = os.path.dirname(os.path.dirname(here))
    result = Lines()
    unittest.TestLoader().discover(here, top_level_dir=top).run(result)
    return 0 if result.testsRun and result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
