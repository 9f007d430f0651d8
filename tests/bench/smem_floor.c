// The least that a program of `smem`'s kind does: lists /proc; of each process opens, reads and closes the files that
// memkit reads, in as many threads; writes as many bytes as memkit does.
//   smem_floor BYTES [THREADS [FILE...]]   files of a process that is no kernel thread (smaps_rollup cmdline), behind
//   stat
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int proc_fd;
static int pids[1 << 20];
static int count;
static atomic_int next;
static char** files;
static int file_count;

// The length of what `text` then holds of the file's last part, -1 where it cannot be read.
static ssize_t read_file(int dir, const char* name, char* text, size_t room) {
  const int file = openat(dir, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t used = 0;
  ssize_t got = 0;
  while ((got = read(file, text + used, room - 1 - (size_t)used)) > 0) {
    used += got;
    if ((size_t)used == room - 1) used = 0;  // what does not fit is read all the same
  }
  close(file);
  text[used] = 0;
  return got < 0 ? -1 : used;
}

// "2 (kthreadd) S 0 0 0 0 -1 2129984": the ninth field is the flags.
static bool is_kernel_thread(const char* text) {
  const unsigned long kthread = 0x00200000;
  const char* at = strrchr(text, ')');
  for (int field = 2; at != NULL && field < 9; ++field) at = strchr(at + 1, ' ');
  return at != NULL && (strtoul(at, NULL, 10) & kthread) != 0;
}

static void* walk(void* unused) {
  char text[1 << 15];
  for (int i = next++; i < count; i = next++) {
    char name[16];
    snprintf(name, sizeof name, "%d", pids[i]);
    const int dir = openat(proc_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) continue;
    if (read_file(dir, "stat", text, sizeof text) > 0 && !is_kernel_thread(text)) {
      for (int file = 0; file < file_count; ++file) read_file(dir, files[file], text, sizeof text);
    }
    close(dir);
  }
  return unused;
}

int main(int argc, char** argv) {
  static char* usual[] = {"smaps_rollup", "cmdline"};
  const unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  const int threads = argc > 2 ? atoi(argv[2]) : 1;
  files = argc > 3 ? argv + 3 : usual;
  file_count = argc > 3 ? argc - 3 : 2;
  DIR* const proc = opendir("/proc");
  if (proc == NULL) return 1;
  proc_fd = dirfd(proc);
  const struct dirent* entry = NULL;
  while ((entry = readdir(proc)) != NULL && count < (int)(sizeof pids / sizeof *pids)) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') pids[count++] = atoi(entry->d_name);
  }
  pthread_t others[64];
  int started = 0;
  while (started < threads - 1 && started < 64 && pthread_create(&others[started], NULL, walk, NULL) == 0) ++started;
  walk(NULL);
  for (int i = 0; i < started; ++i) pthread_join(others[i], NULL);
  closedir(proc);
  static char blank[1 << 15];
  for (unsigned long written = 0; written < wanted;) {
    const unsigned long rest = wanted - written;
    const ssize_t got = write(STDOUT_FILENO, blank, rest < sizeof blank ? rest : sizeof blank);
    if (got <= 0) return 1;
    written += (unsigned long)got;
  }
  return 0;
}
