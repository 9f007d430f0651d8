#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "log_line.h"
#include "oom_event.h"
#include "oom_lines.h"

namespace memkit {

/// Makes events of decoded lines. Lines of several machines, of two processors' dumps and of other things may stand
/// among each other: a line goes to the event of the same host, way of logging, caller and time. What can't be told
/// apart is left out, and the event is marked (`mixed`).
class OomAssembler {
 public:
  using Sink = std::function<void(OomEvent&&)>;
  explicit OomAssembler(Sink sink) : sink_(std::move(sink)) {}

  void assume_year(int year) { year_ = year; }
  void add(const LogLine& line);
  /// The next line has lost its end: it is no row of a table, and no part of another line.
  void next_line_is_cut() { cut_ = true; }
  void finish();

  void clear_touched() { touched_ = false; }
  /// Whether a line since clear_touched() belonged to an event.
  [[nodiscard]] bool touched() const { return touched_; }
  [[nodiscard]] std::uint64_t unlinked_echoes() const { return unlinked_echoes_; }

 private:
  /// Lines of one event have no more lines of others between them.
  static constexpr std::uint64_t kLinesApart = 400;
  /// Two heads of one machine without a kill between them are closer than that: the lines of two processors' dumps.
  static constexpr std::int64_t kOneDumpUs = 100'000;

  /// Which part of a dump a context is in, where the lines have no shape of their own.
  enum class Stage : std::uint8_t { none, memcg_stats, slabs, allocations, table };

  /// An event that is open, and what it takes to find its lines.
  struct Context {
    OomEvent event;
    OomTable table;
    Stage stage = Stage::none;
    LogLine::Style style = LogLine::Style::bare;
    std::string caller;
    std::string time_text;  // of its last line
    Got<std::uint64_t> monotonic_us;
    Got<std::int64_t> wall_us;
    bool real = false;  // there was a header or a kill: else only figures, which another dump prints too
    bool cpu_seen = false;
    bool mem_info_seen = false;
    bool counts_conflict = false;    // two lines give different figures: one was another dump's
    bool group_open = false;         // "Tasks in X are going to be killed"
    bool foreign_dump = false;       // figures of an allocation failure or of sysrq-m stand here
    bool gone = false;               // handed to the sink
    std::string unfinished_trigger;  // of the event before, whose header had nothing behind it
    std::uint64_t last_line = 0;
    std::uint64_t header_line = 0;
    bool dump_seen = false;  // something of what stands between a header and its kill
    LogTime kill_begin;      // of the first line that tells of a kill
  };

  /// A line whose end may stand in the next line of the file.
  struct Held {
    bool any = false;
    LogLine line;
    std::string text, time_text, monotonic_text, host, ident, caller, boot_id, unit;
    void keep(const LogLine& from);
  };

  bool joins(const LogLine& line) const;
  bool stands_alone(const LogLine& line) const;
  void flush_held();
  void take(const LogLine& line);
  void take_kernel(const LogLine& line, OomLine kind);
  void take_header(const LogLine& line);
  void take_cpu(const LogLine& line);
  void take_kill(const LogLine& line, OomLine kind);
  void take_killed(const LogLine& line);
  void take_after(const LogLine& line, OomLine kind);
  void take_dump(const LogLine& line, OomLine kind);
  bool take_dump_line(Context& context, std::string_view text, OomLine kind);
  void take_task(Context& context, std::string_view text);
  bool take_daemon(const LogLine& line);
  bool take_oomd(const LogLine& line);
  bool take_earlyoom(const LogLine& line);
  bool take_systemd(const LogLine& line);
  void take_echo(const LogLine& line);
  void add_echo(OomEvent& event, const LogLine& line, OomEcho::Kind kind, std::string_view unit, Got<std::uint64_t> n);

  /// By the kernel's clock; 0 where it is not known.
  [[nodiscard]] static std::int64_t apart_us(const Context& context, const LogLine& line);
  [[nodiscard]] bool near(const Context& context, const LogLine& line);
  Context* find(const LogLine& line, bool any_caller);
  Context& open(const LogLine& line);
  void make_real(Context& context);
  void mix(Context& context);
  static void copy_header(const OomEvent& from, OomEvent& into);
  [[nodiscard]] bool kill_is_of_another(const Context& context, const LogLine& line, const CpuLine& cpu) const;
  void give_kill_away(Context& context, const LogLine& line);
  void follow(Context& context, const LogLine& line);
  void close(Context& context);
  OomEvent& open_daemon(const LogLine& line, OomKind kind);
  OomEvent* last_daemon(std::string_view host, OomKind kind);
  void drop_closed();

  /// A way of logging of a machine in which lines of two events stand among each other.
  struct MixedStream {
    LogLine::Style style;
    std::string host;
    std::uint64_t last_line;
  };
  [[nodiscard]] bool is_mixed(const LogLine& line);

  Sink sink_;
  int year_ = 0;
  std::vector<Context> contexts_;
  std::vector<MixedStream> mixed_;
  std::vector<OomEvent> daemons_;  // kills of daemons, which may yet get a line behind them
  Held held_;
  std::uint64_t number_ = 0;
  std::uint64_t line_number_ = 0;
  Got<std::uint64_t> candidates_;  // systemd-oomd's, for its next kill
  std::uint64_t unlinked_echoes_ = 0;
  std::size_t table_columns_ = 0;  // of the last table's header
  std::size_t table_rows_ = 0;     // of the last event: the next is likely to have as many
  bool touched_ = false;
  bool cut_ = false;
};

}  // namespace memkit
