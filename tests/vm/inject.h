#pragma once

#include <string>
#include <vector>

// Programs that put a fault into the machine that they run in. They are for the virtual machines of the fault lab only.
namespace inject {

using Arguments = std::vector<std::string>;

// One fault. `run` returns when the fault is in place and what it took is held by this process; the process then waits
// for a signal, or goes on with what `run` returned. Failures end the program with a message.
struct Injector {
  const char* name;
  const char* usage;  // its arguments, in order
  size_t arguments;   // how many it takes at least
  void (*run)(const Arguments&);
};

// What this process does after its fault is in place, until it is killed. By default it sleeps.
void afterwards(void (*step)());

const std::vector<Injector>& memory_injectors();
const std::vector<Injector>& kernel_injectors();

[[noreturn]] void fail(const std::string& what);
size_t number(const std::string& text);

constexpr size_t kMiB = size_t{1} << 20;
constexpr size_t kPage = 4096;

// `bytes` of anonymous memory, written to. `flags` are added to mmap's.
unsigned char* anonymous(size_t bytes, int flags = 0);
void touch(unsigned char* memory, size_t bytes);

}  // namespace inject
