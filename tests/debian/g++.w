# g++: templates, exceptions across libraries, threads, streams
program: g++
packages: g++
memory: 768M
limit: 90

== programs
--
cat >a.cc <<'END'
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
namespace fs = std::filesystem;
struct Loud { ~Loud() { std::cout << "gone\n"; } };
static int thrower(int n) { Loud l; if (n == 0) throw std::runtime_error("deep"); return thrower(n - 1); }
int main()
{
	std::vector<int> v(100000); std::iota(v.begin(), v.end(), 0); std::mt19937 g(1); std::shuffle(v.begin(), v.end(), g); std::sort(v.begin(), v.end());
	std::cout << v[77] << ' ' << std::accumulate(v.begin(), v.end(), 0LL) << ' ' << g() << '\n';
	try { thrower(3); } catch (const std::exception &e) { std::cout << e.what() << '\n'; }
	std::exception_ptr p; std::thread([&] { try { thrower(0); } catch (...) { p = std::current_exception(); } }).join();
	try { std::rethrow_exception(p); } catch (const std::runtime_error &e) { std::cout << e.what() << '\n'; }
	std::vector<std::future<long>> f; for (int i = 0; i < 20; i++) f.push_back(std::async(std::launch::async, [i] { long s = 0; for (int k = 0; k <= i * 1000; k++) s += k; return s; }));
	long t = 0; for (auto &x : f) t += x.get(); std::cout << t << '\n';
	std::mutex m; std::condition_variable c; int turn = 0; std::vector<std::thread> ts;
	for (int me = 0; me < 4; me++) ts.emplace_back([&, me] { for (int i = 0; i < 200; i++) { std::unique_lock l(m); c.wait(l, [&] { return turn % 4 == me; }); turn++; c.notify_all(); } });
	for (auto &x : ts) x.join(); std::cout << turn << '\n';
	fs::create_directories("d/e"); for (int i = 0; i < 20; i++) std::ofstream("d/e/" + std::to_string(i)) << i;
	std::cout << std::distance(fs::recursive_directory_iterator("d"), {}) << ' ' << fs::file_size("d/e/10") << ' ' << fs::remove_all("d") << ' ' << fs::exists("d") << '\n';
	std::error_code ec; fs::rename("none", "x", ec); std::cout << ec.message() << '\n';
	std::cout << std::hex << 255 << std::dec << ' ' << std::this_thread::get_id() << '\n' << std::flush;
	try { std::vector<char> big(1ul << 46); } catch (const std::bad_alloc &e) { std::cout << e.what() << '\n'; }
	std::map<std::string, int> words; std::istringstream in("a b a"); for (std::string w; in >> w;) words[w]++; for (auto &[w, n] : words) std::cout << w << n << '\n';
	throw 5;
}
END
sed -i "s/ << ' ' << std::this_thread::get_id()//" a.cc
g++ -std=c++17 -pthread a.cc -o a && ./a 2>&1; echo $?
== exceptions
--
cat >l.cc <<'END'
#include <stdexcept>
void boom() { throw std::out_of_range("from the library"); }
END
cat >m.cc <<'END'
#include <iostream>
#include <stdexcept>
void boom();
thread_local struct T { T() { std::cout << "T\n"; } ~T() { std::cout << "~T\n"; } int n = 1; } t;
int main() { try { boom(); } catch (std::logic_error &e) { std::cout << e.what() << t.n << '\n'; } return 2; }
END
g++ -shared -fPIC l.cc -o libl.so && g++ m.cc -L. -ll -Wl,-rpath,'$ORIGIN' -o m && ./m; echo $?
g++ -static m.cc l.cc -o s && ./s; echo $?
printf 'template <int N> struct F { static const int v = N * F<N - 1>::v; }; template <> struct F<0> { static const int v = 1; }; static_assert(F<5>::v == 121);' | g++ -x c++ -fsyntax-only - 2>&1 | head -2
