#include <memkit/parse/meminfo.h>

#include <cstdio>

int main() {
  const auto meminfo = memkit::parse_meminfo("MemTotal: 8 kB\n");
  const bool right = meminfo.mem_total_bytes == memkit::Got<std::uint64_t>(8192) && !meminfo.mem_free_bytes;
  std::puts(right ? "memkit::parse works" : "memkit::parse: wrong figures");
  return right ? 0 : 1;
}
