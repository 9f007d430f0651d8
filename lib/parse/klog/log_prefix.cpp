#include "parse/klog/log_prefix.h"

#include <algorithm>

#include "parse/klog/line_words.h"
#include "parse/klog/oom_lines.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

/// "121969.590000" -> 121969590000.
Got<std::uint64_t> seconds_to_us(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == npos) return Missing::malformed;
  const Got<std::uint64_t> whole = to_number<std::uint64_t>(text.substr(0, point));
  std::string_view decimals = text.substr(point + 1);
  if (!whole || *whole > 1'000'000'000'000 || decimals.empty() || digits_at(decimals, 0) != decimals.size()) {
    return Missing::malformed;
  }
  std::uint64_t us = 0;
  for (std::size_t i = 0; i < 6; ++i)
    us = us * 10 + (i < decimals.size() ? static_cast<unsigned>(decimals[i] - '0') : 0);
  return *whole * 1'000'000 + us;
}

void drop_space(std::string_view& text) {
  if (!text.empty() && text[0] == ' ') text.remove_prefix(1);
}

// "[ T5241]" "[    C0]"
void take_caller(std::string_view& rest, LogLine& out) {
  if (rest.empty() || rest[0] != '[') return;
  const std::size_t end = rest.substr(0, 16).find(']');
  if (end == npos) return;
  const std::string_view inside = trim(rest.substr(1, end - 1));
  if (inside.size() < 2 || (inside[0] != 'T' && inside[0] != 'C') || digits_at(inside, 1) != inside.size() - 1) return;
  out.caller = inside;
  rest.remove_prefix(end + 1);
}

// "[  123.456789] ", "[  123.456789 <    0.000012>] ", "[123.456789][ T5241] "
bool take_monotonic(std::string_view& rest, LogLine& out) {
  if (rest.size() < 5 || rest[0] != '[') return false;
  std::size_t at = 1;
  while (at < rest.size() && rest[at] == ' ') ++at;
  const std::size_t begin = at;
  at += digits_at(rest, at);
  if (at == begin || at >= rest.size() || rest[at] != '.') return false;
  const std::size_t decimals = digits_at(rest, at + 1);
  at += 1 + decimals;
  if (decimals == 0 || decimals > 9 || at >= rest.size() || (rest[at] != ']' && rest[at] != ' ')) return false;
  const std::size_t end = rest.find(']', at);
  if (end == npos || end > at + 20) return false;
  out.monotonic_text = rest.substr(begin, at - begin);
  out.monotonic_us = seconds_to_us(out.monotonic_text);
  rest.remove_prefix(end + 1);
  take_caller(rest, out);
  drop_space(rest);
  return true;
}

// "[Thu May 30 14:08:11 2024] ", "[May30 14:08] "; "[  +0.000012] "
bool take_bracketed_time(std::string_view& rest, LogLine& out) {
  if (rest.size() < 8 || rest[0] != '[' || rest[1] == '<') return false;
  const std::size_t end = rest.substr(0, 64).find(']');
  if (end == npos) return false;
  const std::string_view inside = trim(rest.substr(1, end - 1));
  const bool relative = inside.starts_with('+') && inside.find('.') != npos;
  const bool short_clock = inside.size() >= 8 && inside.size() <= 14 && inside[inside.size() - 3] == ':' &&
                           !is_digit(inside[0]) && is_digit(inside.back());
  if (!relative && !short_clock && find_clock(inside) == npos) return false;
  if (!relative) out.time_text = inside;
  rest.remove_prefix(end + 1);
  take_caller(rest, out);
  drop_space(rest);
  return true;
}

bool take_any_stamp(std::string_view& rest, LogLine& out) {
  if (take_monotonic(rest, out)) {
    if (out.style == LogLine::Style::bare) out.style = LogLine::Style::monotonic;
    return true;
  }
  if (take_bracketed_time(rest, out)) {
    if (out.style == LogLine::Style::bare) out.style = LogLine::Style::bracketed_time;
    return true;
  }
  return false;
}

// "<4>", and of "<30>" that it is not the kernel's facility
void take_priority(std::string_view& rest, LogLine& out) {
  if (rest.size() < 3 || rest[0] != '<') return;
  const std::size_t digits = digits_at(rest, 1);
  if (digits == 0 || digits > 3 || rest.size() <= digits + 1 || rest[digits + 1] != '>') return;
  const Got<unsigned> priority = to_number<unsigned>(rest.substr(1, digits));
  out.user_space_record = priority && *priority >> 3 != 0;
  rest.remove_prefix(digits + 2);
}

// "kern  :warn  : ", of dmesg -x
void take_decoded_priority(std::string_view& rest, LogLine& out) {
  if (rest.empty() || rest[0] < 'a' || rest[0] > 'z') return;
  static constexpr std::string_view kFacilities[] = {"kern", "user", "daemon", "syslog", "auth", "authpriv", "local0"};
  for (const std::string_view facility : kFacilities) {
    if (!rest.starts_with(facility)) continue;
    std::string_view behind = rest.substr(facility.size());
    while (behind.starts_with(' ')) behind.remove_prefix(1);
    if (!behind.starts_with(':')) continue;
    const std::size_t second = behind.substr(1, 12).find(':');
    if (second == npos) continue;
    const std::string_view level = trim(behind.substr(1, second));
    if (level.empty() || level.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != npos) continue;
    out.user_space_record = facility != "kern";
    rest = behind.substr(second + 2);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    return;
  }
}

/// What stands before a clock in a time stamp: at most four short words without a colon.
bool is_date(std::string_view text) {
  if (text.size() > 36) return false;
  std::size_t words = 0;
  while (!(text = trim(text)).empty()) {
    const std::string_view word = take_word(text);
    const std::size_t at = word.find_first_of(":[]()={}\"'/");
    if (++words > 4 || at != npos || word.size() > 20) return false;
  }
  return true;
}

/// How far a time stamp reaches from its clock on: "14:08:11.123456+00:00", "14:08:11Z", "14:08:11,123+00:00".
std::size_t end_of_clock(std::string_view text, std::size_t clock) {
  std::size_t end = clock;
  while (end < text.size() && text[end] != ' ' && text[end] != '\t') ++end;
  return end;
}

std::string_view without_brackets(std::string_view word) {
  word.remove_suffix(word.ends_with(':') ? 1 : 0);
  return word.substr(0, word.find('['));
}

/// Whether a word is "systemd[1]:", "kernel:", "node-problem-detector-startup.sh[4208]:".
bool is_ident(std::string_view word) {
  if (word.size() < 2 || !word.ends_with(':')) return false;
  const std::string_view name = without_brackets(word);
  return !name.empty() && name.find_first_of("()=,\"") == npos;
}

/// "kernel: " behind the time and the host. What stands between must not be another program's tag.
bool take_kernel_tag(std::string_view& rest, LogLine& out, std::string_view line, std::size_t time_begin) {
  const std::string_view near = rest.substr(0, 200);
  if (near.find("kernel") == npos) return false;  // far rarer than a blank, which is what is looked for below
  std::size_t tag = near.find(" kernel: ");
  std::size_t length = 9;
  if (tag == npos && near.ends_with(" kernel:")) {
    tag = near.size() - 8;
    length = 8;
  }
  if (tag == npos) {
    tag = near.find(" kernel[");
    if (tag == npos) return false;
    const std::size_t colon = near.find("]:", tag);
    if (colon == npos) return false;
    length = colon + 2 - tag + (near.substr(colon + 2).starts_with(' ') ? 1 : 0);
  }
  std::string_view between = rest.substr(0, tag);
  std::string_view last;
  std::size_t words = 0;
  while (!(between = trim(between)).empty()) {
    last = take_word(between);
    if (++words > 4 || last.ends_with(':')) return false;
  }
  out.ident = "kernel";
  // "14:08:11 2024 kern.warn kernel:" of BusyBox has a facility where others have the host.
  const bool facility = last.starts_with("kern.");
  if (!last.empty() && !facility) out.host = last;
  const char* const time_end = last.empty() ? rest.data() : last.data();
  const std::string_view time(line.data() + time_begin, static_cast<std::size_t>(time_end - line.data()) - time_begin);
  out.time_text = trim(time);
  rest.remove_prefix(tag + length);
  return true;
}

// "2026-11-22T18:18:01.003Z host app procid msgid sd msg": RFC 5424 without its "<4>1"
bool take_rfc5424(std::string_view& rest, LogLine& out) {
  std::string_view behind = rest;
  const std::string_view host = take_word(behind);
  const std::string_view app = take_word(behind);
  const std::string_view process = take_word(behind);
  const std::string_view message_id = take_word(behind);
  const bool process_like = process == "-" || (!process.empty() && digits_at(process, 0) == process.size());
  if (app.empty() || app.ends_with(':') || !process_like || message_id.empty()) return false;
  behind = trim(behind);
  if (behind.starts_with("- ") || behind == "-") {
    behind.remove_prefix(1);
  } else if (behind.starts_with('[')) {
    const std::size_t end = behind.find("] ");
    if (end == npos) return false;
    behind.remove_prefix(end + 1);
  } else {
    return false;
  }
  drop_space(behind);
  if (behind.starts_with("\xef\xbb\xbf")) behind.remove_prefix(3);
  out.host = host;
  out.ident = app;
  rest = behind;
  return true;
}

// "stdout F text" of the container runtime interface
bool take_cri(std::string_view& rest) {
  for (const std::string_view stream : {"stdout ", "stderr "}) {
    if (!rest.starts_with(stream) || rest.size() < stream.size() + 2 || rest[stream.size() + 1] != ' ') continue;
    if (rest[stream.size()] != 'F' && rest[stream.size()] != 'P') continue;
    rest.remove_prefix(stream.size() + 2);
    return true;
  }
  return false;
}

void take_host_and_ident(std::string_view& rest, LogLine& out) {
  std::string_view behind = rest;
  const std::string_view first = take_word(behind);
  const std::string_view second = take_word(behind);
  if (is_ident(first)) {
    out.ident = without_brackets(first);
    rest = rest.substr(static_cast<std::size_t>(first.data() + first.size() - rest.data()));
  } else if (is_ident(second)) {
    out.host = first;
    out.ident = without_brackets(second);
    rest = behind;
  } else if (const std::size_t bracket = rest.find('['); bracket != npos && bracket <= first.size() + 1) {
    // "10.0.0.5 [  123.456789] text": no program is named
    std::string_view stamped = rest.substr(bracket);
    if (!take_monotonic(stamped, out)) return;
    out.host = bracket == 0 ? std::string_view() : first;
    rest = stamped;
    return;
  } else {
    return;
  }
  drop_space(rest);
}

/// "host systemd[1]: text"
bool names_process(std::string_view rest) {
  take_word(rest);
  const std::string_view second = take_word(rest);
  return second.ends_with("]:") && is_ident(second);
}

bool take_syslog(std::string_view& rest, LogLine& out) {
  const std::string_view line = rest;
  const std::size_t clock = find_clock(line.substr(0, 56));
  if (clock == npos) return false;
  std::size_t word_begin = clock;
  while (word_begin > 0 && line[word_begin - 1] != ' ') --word_begin;
  if (!is_date(line.substr(0, word_begin))) return false;
  const bool iso = clock - word_begin >= 11 && is_digit(line[word_begin]);
  if (clock != word_begin && !iso) return false;
  const std::size_t end = end_of_clock(line, clock);
  out.time_text = line.substr(0, end);
  out.style = LogLine::Style::syslog;
  rest.remove_prefix(end);
  if (iso && out.time_text.find(',') != npos) {  // dmesg --time-format iso
    drop_space(rest);
    return true;
  }
  if (take_kernel_tag(rest, out, line, 0)) {
    take_any_stamp(rest, out);
    return true;
  }
  drop_space(rest);
  if (take_cri(rest)) {
    take_prefixes(rest, out);
    rest = out.text;
    return true;
  }
  if (iso && take_rfc5424(rest, out)) {
    if (out.from_kernel()) take_any_stamp(rest, out);
    return true;
  }
  if (take_any_stamp(rest, out)) return true;
  // Syslog names the program; behind a time alone (docker logs -t) the text follows, and may look like a name.
  if (!iso || names_process(rest) || !is_oom_text(rest)) take_host_and_ident(rest, out);
  return true;
}

/// "Creating journal (262144 blocks): [   34.739137] mkfs.ext4 invoked ...": a serial console shows what a program
/// printed and, in the same line, what the kernel did.
bool take_glued(std::string_view& rest, LogLine& out) {
  for (std::size_t at = rest.find('['); at != npos && at < 512; at = rest.find('[', at + 1)) {
    std::string_view stamped = rest.substr(at);
    if (stamped.size() < 3 || (!is_digit(stamped[1]) && stamped[1] != ' ')) continue;
    if (!take_monotonic(stamped, out)) continue;
    out.style = LogLine::Style::monotonic;
    rest = stamped;
    return true;
  }
  return false;
}

}  // namespace

std::size_t find_clock(std::string_view text) {
  for (std::size_t colon = text.find(':'); colon != npos; colon = text.find(':', colon + 1)) {
    if (colon < 1 || colon + 5 >= text.size() || !is_digit(text[colon - 1])) continue;
    const bool clock = is_digit(text[colon + 1]) && is_digit(text[colon + 2]) && text[colon + 3] == ':' &&
                       is_digit(text[colon + 4]) && is_digit(text[colon + 5]);
    if (!clock) continue;
    const std::size_t begin = colon >= 2 && is_digit(text[colon - 2]) ? colon - 2 : colon - 1;
    return begin;
  }
  return npos;
}

bool take_ident(std::string_view& text, LogLine& out) {
  std::string_view behind = text;
  const std::string_view word = take_word(behind);
  if (!is_ident(word)) return false;
  out.ident = without_brackets(word);
  text = behind;
  drop_space(text);
  return true;
}

void take_prefixes(std::string_view line, LogLine& out) {
  std::string_view rest = line;
  take_priority(rest, out);
  if (rest.starts_with("1 ") && rest.size() > 20 && is_digit(rest[2])) rest.remove_prefix(2);  // "<4>1 2026-": RFC 5424
  take_decoded_priority(rest, out);
  if (take_any_stamp(rest, out)) {
    // "[  123.456789] host kernel: text" of journalctl -o short-monotonic
    const std::size_t tag = rest.substr(0, 100).find(" kernel: ");
    if (tag != npos && rest.find(' ') == tag) {
      out.host = rest.substr(0, tag);
      out.ident = "kernel";
      rest.remove_prefix(tag + 9);
    } else if (out.user_space_record) {
      take_ident(rest, out);
    }
    take_any_stamp(rest, out);
  } else if (!rest.empty() && rest[0] != ' ' && rest[0] != '[' && take_syslog(rest, out)) {
    // done
  } else if (rest.starts_with("kernel: ")) {
    out.ident = "kernel";
    out.style = LogLine::Style::syslog;
    rest.remove_prefix(8);
    take_any_stamp(rest, out);
  } else {
    take_glued(rest, out);
  }
  out.text = rest;
}

}  // namespace memkit
