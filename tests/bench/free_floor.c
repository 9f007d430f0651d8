// The least that a program of `free`'s kind does: opens, reads and closes /proc/meminfo, and writes as many bytes as
// its table has (the argument).
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  static char text[1 << 15];
  const unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  if (wanted > sizeof text) return 2;
  const int file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 1;
  ssize_t got = 0;
  while ((got = read(file, text, sizeof text)) > 0) continue;
  close(file);
  return got < 0 || write(STDOUT_FILENO, text, wanted) != (ssize_t)wanted;
}
