// The words for an OOM event.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "output/escape.h"
#include "output/oom.h"
#include "output/text.h"
#include "parse/klog/gfp.h"

namespace memkit {
namespace {

std::string figure(const OomStory& story, std::string_view key) {
  const Evidence* const evidence = story.find(key);
  if (evidence == nullptr) return "-";
  if (const auto* text = std::get_if<std::string>(&evidence->value)) return for_terminal(*text);
  if (const auto* count = std::get_if<std::uint64_t>(&evidence->value)) {
    return key.ends_with("_bytes") ? size_text(*count) : std::to_string(*count);
  }
  if (const auto* share = std::get_if<double>(&evidence->value)) return percent_text(*share);
  return "-";
}

std::uint64_t bytes(const OomStory& story, std::string_view key) {
  const Evidence* const evidence = story.find(key);
  const auto* count = evidence == nullptr ? nullptr : std::get_if<std::uint64_t>(&evidence->value);
  return count == nullptr ? 0 : *count;
}

std::string holder_words(std::string_view holder) {
  if (holder == "anon") return "anonymous memory of processes";
  if (holder == "shmem") return "shared memory and tmpfs files";
  if (holder == "cache") return "page cache";
  if (holder == "slab" || holder == "kernel") return "kernel memory";
  if (holder == "hugepages") return "huge pages set aside";
  return "memory that no field of the dump names";
}
std::string holder_key(std::string_view holder) { return std::string(holder) + "_bytes"; }

/// "java holds 7.9 GiB, 98.0 %": the largest name of the table.
std::string largest_sentence(const OomStory& story) {
  if (story.find("largest_name") == nullptr) return "";
  // RSS counts shared pages in each process: a sum beyond the whole is no share of it.
  const std::string share = story.find("largest_pct") != nullptr ? " (" + figure(story, "largest_pct") + ")" : "";
  return fmt::format(" The largest: {}, {}{}.", figure(story, "largest_name"), figure(story, "largest_bytes"), share);
}

std::string cgroup_why(const OomStory& story) {
  std::string text = story.whose == "ancestor" ? "The limit of a group above the victim's own, not the machine."
                     : story.whose == "node"
                         ? "The limit of all pods together (the node's allocatable memory), not the container's own."
                         : "The cgroup's own limit, not the machine.";
  if (story.holder == "anon") {
    text += fmt::format(" {} of {} was anonymous memory: a leak, or a limit too small.", figure(story, "anon_bytes"),
                        figure(story, "limit_bytes"));
    if (bytes(story, "cache_bytes") > bytes(story, "limit_bytes") / 10) {
      text += fmt::format(" Cache was {}.", figure(story, "cache_bytes"));
    } else if (story.find("cache_bytes") != nullptr) {
      text += fmt::format(" Cache was {}: raising the limit for cache would not help.", figure(story, "cache_bytes"));
    }
  } else if (!story.holder.empty()) {
    text += fmt::format(" {} of {} was {}, which counts too.", figure(story, holder_key(story.holder)),
                        figure(story, "limit_bytes"), holder_words(story.holder));
  }
  return text + largest_sentence(story);
}

std::string swap_words(const OomEvent& event) {
  const OomMachine& machine = event.machine;
  if (!machine.swap_total_bytes) return "";
  if (*machine.swap_total_bytes == 0) return " There is no swap.";
  if (!machine.swap_free_bytes) return "";
  return *machine.swap_free_bytes < *machine.swap_total_bytes / 100
             ? fmt::format(" Swap ({}) was full.", size_text(machine.swap_total_bytes))
             : fmt::format(" {} of {} of swap were free.", size_text(machine.swap_free_bytes),
                           size_text(machine.swap_total_bytes));
}

std::string holder_sentence(const OomStory& story) {
  if (story.holder.empty()) return "";
  return fmt::format(" {} of {} was {}.", figure(story, holder_key(story.holder)), figure(story, "ram_bytes"),
                     holder_words(story.holder));
}

std::string exhausted_why(const OomEvent& event, const OomStory& story) {
  std::string text = "The whole machine: no zone that could serve the request had memory left";
  text += story.find("zone") != nullptr
              ? fmt::format(" (best: {}, {} free, {} needed).", figure(story, "zone"),
                            figure(story, "zone_usable_bytes"), figure(story, "zone_needed_bytes"))
              : ".";
  return text + holder_sentence(story) + swap_words(event) + largest_sentence(story);
}

std::string zone_why(const OomEvent& event, const OomStory& story) {
  if (event.constraint == "CONSTRAINT_CPUSET" || event.constraint == "CONSTRAINT_MEMORY_POLICY") {
    const bool cpuset = event.constraint == "CONSTRAINT_CPUSET";
    std::string text =
        fmt::format("The request was bound to node {} by {}, and that was full; the machine has {} free.",
                    for_terminal(cpuset || event.nodemask == "(null)" ? event.mems_allowed : event.nodemask),
                    cpuset ? "a cpuset" : "a memory policy", figure(story, "free_bytes"));
    return text;
  }
  return fmt::format(
      "The zones that the request may use were short (best: {}, {} free, {} needed) while {} were free in others.",
      figure(story, "zone"), figure(story, "zone_usable_bytes"), figure(story, "zone_needed_bytes"),
      figure(story, "elsewhere_free_bytes"));
}

std::string daemon_why(const OomEvent& event) {
  const DaemonKill& kill = event.daemon;
  if (kill.source == "earlyoom") {
    return "earlyoom decided, not the kernel: available memory and swap were below its limits.";
  }
  if (kill.reason == "memory pressure") {
    return fmt::format(
        "systemd-oomd decided, not the kernel: tasks of {} stalled for memory {} of the time, more than {}, for {}.",
        for_terminal(kill.monitored), percent_text(kill.pressure_pct), percent_text(kill.limit_pct),
        for_terminal(kill.duration));
  }
  return fmt::format("systemd-oomd decided, not the kernel: {} of {} of swap{} were used, more than {}.",
                     size_text(kill.swap_used_bytes), size_text(kill.swap_total_bytes),
                     kill.mem_used_bytes ? fmt::format(" and {} of {} of RAM", size_text(kill.mem_used_bytes),
                                                       size_text(kill.mem_total_bytes))
                                         : "",
                     percent_text(kill.limit_pct));
}

}  // namespace

std::string time_text(const LogTime& time) {
  if (!time.wall_us) return time.text.empty() ? "-" : time.text;
  using namespace std::chrono;
  const sys_time<seconds> at{floor<seconds>(microseconds(*time.wall_us))};
  const sys_days day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss clock(at - day);
  const bool utc = time.sure == LogTime::Sure::exact || time.sure == LogTime::Sure::from_boot;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), utc ? "Z" : "");
}

std::string_view time_certainty(const LogTime& time) {
  if (!time.wall_us) return "";
  switch (time.sure) {
    case LogTime::Sure::exact:
      return "exact";
    case LogTime::Sure::no_zone:
      return "zone unknown";
    case LogTime::Sure::no_year:
      return "year guessed, zone unknown";
    case LogTime::Sure::from_boot:
      return "from boot";
    case LogTime::Sure::unknown:
      break;
  }
  return "";
}

std::string headline(const OomEvent& event, const OomStory& story) {
  if (event.kind == OomKind::systemd_oomd) {
    return fmt::format("systemd-oomd killed {}", for_terminal(story.unit.empty() ? event.daemon.cgroup : story.unit));
  }
  if (event.kind == OomKind::earlyoom)
    return "earlyoom sent " + (event.daemon.signal.empty() ? "a signal" : event.daemon.signal);
  switch (story.reason) {
    case OomReason::cgroup_limit:
      return event.limited_memcg().empty()
                 ? "memory cgroup OOM: a control group hit its limit"
                 : fmt::format("memory cgroup OOM: {} hit its limit", for_terminal(event.limited_memcg()));
    case OomReason::machine_exhausted:
      return "the machine ran out of memory";
    case OomReason::zone_short:
      return event.constraint.empty() || event.constraint == "CONSTRAINT_NONE" ? "one zone ran out of memory"
                                                                               : "one node ran out of memory";
    case OomReason::fragmentation:
      return "no block of free memory was large enough";
    case OomReason::watermarks:
      return "memory was refused, though some was free";
    case OomReason::sysrq:
      return "the OOM killer was called by hand (sysrq)";
    case OomReason::nothing_killable:
      return "out of memory, and nothing could be killed";
    case OomReason::daemon:
    case OomReason::unknown:
      break;
  }
  return event.header_seen || event.victim() == nullptr ? "the OOM killer was called"
                                                        : "the OOM killer killed a process";
}

std::string why_text(const OomEvent& event, const OomStory& story) {
  switch (story.reason) {
    case OomReason::cgroup_limit:
      return cgroup_why(story);
    case OomReason::machine_exhausted:
      return exhausted_why(event, story);
    case OomReason::zone_short:
      return zone_why(event, story);
    case OomReason::fragmentation:
      return fmt::format(
          "{} were free in {}, but the request was for one block of {} (order {}), and the largest that it may use was "
          "{}.",
          figure(story, "zone_usable_bytes"), figure(story, "zone"),
          size_text(page_size_of(event) << std::clamp<std::int64_t>(event.order.value_or(0), 0, 20)),
          event.order.value_or(0), figure(story, "largest_block_bytes"));
    case OomReason::watermarks:
      if (story.confidence == Confidence::high) {
        return fmt::format(
            "{} of {} were free, but kept: {} had {}, and keeps {} (vm.min_free_kbytes and vm.lowmem_reserve_ratio).",
            figure(story, "free_bytes"), figure(story, "ram_bytes"), figure(story, "zone"),
            figure(story, "zone_usable_bytes"), figure(story, "zone_needed_bytes"));
      }
      return fmt::format(
          "At the time of the dump {} had {} free, above the {} that it keeps: memory came free just then, or reclaim "
          "made no progress in time.",
          figure(story, "zone"), figure(story, "zone_usable_bytes"), figure(story, "zone_needed_bytes"));
    case OomReason::sysrq:
      return "A person or a program asked for it: echo f > /proc/sysrq-trigger, or Alt-SysRq-F. Nothing has to be "
             "short.";
    case OomReason::nothing_killable:
      return "Every process was protected (oom_score_adj -1000), a kernel thread, or dying already." +
             holder_sentence(story) + swap_words(event);
    case OomReason::daemon:
      return daemon_why(event);
    case OomReason::unknown:
      break;
  }
  return "The log does not have the memory figures of this event, so the reason is not known.";
}

std::vector<std::string> next_steps(const OomEvent& event, const OomStory& story) {
  const std::string unit = story.unit.find('.') != std::string::npos ? story.unit : "";
  std::vector<std::string> steps;
  switch (story.reason) {
    case OomReason::cgroup_limit:
      if (story.holder == "anon" || story.holder.empty())
        steps.emplace_back("does it grow without end? memkit pmap PID --track, on the next one");
      if (story.holder == "shmem")
        steps.emplace_back("delete files in the tmpfs that it writes to (df -t tmpfs), or move them to a disk");
      if (story.whose == "node")
        steps.emplace_back("lower the pods' memory requests on this node, or give pods without limits one");
      if (!unit.empty())
        steps.push_back(fmt::format("if it needs more: systemctl edit {}, [Service] MemoryMax=", for_terminal(unit)));
      break;
    case OomReason::machine_exhausted:
    case OomReason::nothing_killable:
      if (story.holder == "slab") steps.emplace_back("memkit slab: which cache of the kernel");
      if (story.holder == "shmem") steps.emplace_back("memkit report: which tmpfs or shared memory");
      if (story.holder == "hugepages") steps.emplace_back("set fewer huge pages aside: vm.nr_hugepages");
      if (story.holder == "unaccounted") steps.emplace_back("memkit free --breakdown: drivers, balloon, network");
      if (story.holder == "anon" || story.holder.empty())
        steps.emplace_back("memkit smem --by unit --top 5: who grows; give it MemoryMax=, or the machine more RAM");
      if (event.machine.swap_total_bytes == 0u) steps.emplace_back("a little swap lets cold memory leave first");
      break;
    case OomReason::zone_short:
      steps.emplace_back(
          event.constraint == "CONSTRAINT_CPUSET" || event.constraint == "CONSTRAINT_MEMORY_POLICY"
              ? "numactl --hardware, and the cpuset's mems or the policy that binds it"
              : "give the other zones less: movablecore= and kernelcore= of the kernel's command line, or "
                "a 64 bit kernel where there is HighMem");
      break;
    case OomReason::watermarks:
      if (story.confidence == Confidence::high)
        steps.emplace_back("sysctl vm.min_free_kbytes vm.lowmem_reserve_ratio: who set them, and lower what is kept");
      break;
    case OomReason::fragmentation:
      steps.emplace_back("which driver asks for such blocks? the call trace in the log names it");
      steps.emplace_back("vm.min_free_kbytes a little higher, vm.compaction_proactiveness");
      break;
    case OomReason::daemon:
      steps.emplace_back(event.kind == OomKind::earlyoom ? "earlyoom -m and -s set its limits"
                                                         : "man oomd.conf, ManagedOOMMemoryPressureLimit=");
      break;
    default:
      break;
  }
  if (story.reason == OomReason::unknown && !event.header_seen)
    steps.emplace_back("look for the head of the event: journalctl -k, or an older log");
  return steps;
}

std::string killed_text(const OomKill& kill) {
  std::string text = fmt::format("{} (PID {}", for_terminal(kill.name), kill.pid);
  if (kill.uid) text += fmt::format(", uid {}", *kill.uid);
  if (kill.oom_score_adj) text += fmt::format(", adj {}", *kill.oom_score_adj);
  text += ")";
  std::string sizes;
  const auto add = [&sizes](std::string_view what, const Got<std::uint64_t>& figure_bytes) {
    if (figure_bytes) sizes += fmt::format("{}{} {}", sizes.empty() ? "" : ", ", what, size_text(figure_bytes));
  };
  add("anon", kill.anon_rss_bytes);
  add("file", kill.file_rss_bytes);
  add("shmem", kill.shmem_rss_bytes);
  add("page tables", kill.pgtables_bytes);
  return sizes.empty() ? text : text + ": " + sizes;
}

std::string asked_text(const OomEvent& event) {
  if (!event.header_seen) return "";
  std::string text = event.trigger.empty() ? "a process that the log does not name" : for_terminal(event.trigger);
  if (event.trigger_pid) text += fmt::format(" (PID {})", *event.trigger_pid);
  if (event.order == -1) return text + ", by hand";
  const std::string decoded = gfp_names(event);
  const std::string& flags = decoded.empty() ? event.gfp_mask : decoded;
  if (!event.order || *event.order > 20) return text;
  return text + (event.order == 0 ? fmt::format(", one page ({})", flags)
                                  : fmt::format(", one block of {} (order {}, {})",
                                                size_text(page_size_of(event) << *event.order), *event.order, flags));
}

std::string limit_text(const OomEvent& event) {
  const OomCounter& memory = event.memcg.memory;
  if (event.scope() != OomEvent::Scope::memcg) return "";
  std::string text = memory.limit_bytes ? size_text(memory.limit_bytes) : memory.unlimited ? "none" : "";
  const std::string limited = for_terminal(event.limited_memcg());
  if (!limited.empty()) text += fmt::format("{}{}", text.empty() ? "" : " of ", limited);
  if (memory.usage_bytes) text += fmt::format(", {} used", size_text(memory.usage_bytes));
  const OomCounter& swap = event.memcg.swap;
  if (swap.usage_bytes)
    text += fmt::format(", swap {}{}", size_text(swap.usage_bytes),
                        swap.limit_bytes ? " of " + size_text(swap.limit_bytes) : "");
  return text;
}

std::string doubts(const OomEvent& event) {
  std::string text;
  const auto add = [&text](std::string_view what) { text += fmt::format("{}{}", text.empty() ? "" : "; ", what); };
  if (event.repeat_of) add(fmt::format("another copy of event {}: not counted again", *event.repeat_of));
  const std::string_view certainty = time_certainty(event.time);
  if (!certainty.empty() && certainty != "exact") add(fmt::format("time: {}", certainty));
  if (event.kind != OomKind::kernel) return text;
  if (event.mixed) add("lines of another event stood among its own: figures are left out");
  if (event.from_user_space) add("a program wrote these lines into the kernel's log: they can be forged");
  if (!event.header_seen) add("its first lines are not in the log");
  if (event.kills.empty() && !event.nothing_killable) add("no kill is in the log");
  return text;
}

std::string aftermath(const OomEvent& event) {
  std::string text;
  const auto add = [&text](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
  if (!event.group_kill.empty())
    add(fmt::format("the whole group died (memory.oom.group), {} processes", event.distinct_kills()));
  std::size_t reaped = 0;
  for (const OomReaped& one : event.reaped) reaped += one.reaped ? 1 : 0;
  if (!event.reaped.empty() && event.victim() != nullptr && reaped > 0) {
    const LogTime& time = event.reaped.front().time;
    const bool timed =
        time.monotonic_us && event.kill_time.monotonic_us && *time.monotonic_us >= *event.kill_time.monotonic_us;
    add(timed ? fmt::format("memory reaped within {:.1f} s",
                            static_cast<double>(*time.monotonic_us - *event.kill_time.monotonic_us) / 1e6)
              : "memory reaped");
  }
  if (reaped < event.reaped.size()) add("the reaper could not free a victim's memory");
  if (event.victim_already_exiting) add("the victim was ending already");
  if (event.nothing_killable) add("nothing could be killed");
  if (!event.panic.empty()) add("the kernel panicked: " + for_terminal(event.panic));
  for (const OomEcho& echo : event.echoes) {
    if (echo.kind == OomEcho::Kind::unit_failed) add(for_terminal(echo.unit) + " failed");
    if (echo.kind == OomEcho::Kind::unit_restarted) {
      add(fmt::format("{} restarted at {}{}", for_terminal(echo.unit), time_text(echo.time),
                      echo.restarts ? fmt::format(", {} times so far", *echo.restarts) : ""));
    }
  }
  const DaemonKill& daemon = event.daemon;
  if (daemon.exited_after_s) add(fmt::format("the process ended after {:.1f} s", *daemon.exited_after_s));
  if (daemon.escalated) add("SIGTERM was not enough: SIGKILL");
  if (daemon.failed) add("the kill failed");
  if (daemon.processes_killed) add(fmt::format("{} processes killed", *daemon.processes_killed));
  if (event.echo_count > 0) add(fmt::format("{} lines of other programs say the same", event.echo_count));
  return text;
}

}  // namespace memkit
