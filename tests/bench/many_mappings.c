// A process with N mappings, N - 1 or so of them a page each, every second one written to. Writes "ready" and waits.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 65000;
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char* const place = mmap(NULL, count * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) return 1;
  for (size_t i = 0; i < count; i += 2) {
    if (mprotect(place + i * page, page, PROT_READ | PROT_WRITE) != 0) return 1;
    place[i * page] = 1;
  }
  puts("ready");
  fflush(stdout);
  pause();
}
