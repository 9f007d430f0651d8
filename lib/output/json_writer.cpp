#include "output/json_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "output/escape.h"

namespace memkit {

void JsonWriter::line_break() {
  if (!pretty_) return;
  out_.write("\n");
  out_.fill(' ', std::size_t{2} * depth_);
}

void JsonWriter::before_item() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!first_) out_.write(",");
  if (depth_ > 0) line_break();
  first_ = false;
}

void JsonWriter::begin(char bracket) {
  before_item();
  out_.write({&bracket, 1});
  ++depth_;
  first_ = true;
}

void JsonWriter::end(char bracket) {
  --depth_;
  if (!first_) line_break();
  out_.write({&bracket, 1});
  first_ = depth_ == 0;  // behind the outermost value another document may begin
}

void JsonWriter::key(std::string_view name) {
  value(name);
  out_.write(pretty_ ? ": " : ":");
  after_key_ = true;
}

void JsonWriter::value(const Cell& cell) {
  struct Text {
    std::string& into;
    void operator()(Missing) const { into = "null"; }
    void operator()(std::uint64_t number) const { into = fmt::format_int(number).str(); }
    void operator()(std::int64_t number) const { into = fmt::format_int(number).str(); }
    void operator()(double number) const { into = std::isfinite(number) ? fmt::format("{}", number) : "null"; }
    void operator()(bool truth) const { into = truth ? "true" : "false"; }
    void operator()(std::string_view text) const {
      into = '"';
      append_for_json(into, text);
      into += '"';
    }
  };
  before_item();
  std::visit(Text{scratch_}, cell);
  out_.write(scratch_);
}

}  // namespace memkit
