#include "pid_statm.h"

#include "text.h"

namespace memkit {
namespace {

Got<std::uint64_t> take_count(std::string_view& text) {
  return not_underflown(to_number<std::uint64_t>(take_whole_word(text)));
}

}  // namespace

// "4409 1030 851 241 0 2017 0": size resident shared text lib data dt, lib and dt always 0
PidStatm parse_pid_statm(std::string_view text) {
  text = without_padding(text);
  PidStatm statm;
  if (text.empty()) return statm;
  statm.size_pages = take_count(text);
  statm.resident_pages = take_count(text);
  statm.shared_pages = take_count(text);
  statm.text_pages = take_count(text);
  take_whole_word(text);
  statm.data_pages = take_count(text);
  return statm;
}

}  // namespace memkit
