#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "output/cell.h"
#include "output/column.h"
#include "output/out.h"

namespace memkit {

/// Writes one JSON document as it goes, in constant memory: processes and mappings are never held as a tree.
/// Always valid UTF-8 and valid JSON: what JSON has no form for (NaN, infinity) is null.
class JsonWriter {
 public:
  /// pretty: indented, for a person; else one line, for a pipe.
  JsonWriter(Out& out, bool pretty) : out_(out), pretty_(pretty) {}

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }
  void key(std::string_view name);

  void value(const Cell& cell);
  void value(std::string_view text) { value(Cell(text)); }
  void value(const char* text) { value(Cell(std::string_view(text))); }
  void value(const std::string& text) { value(Cell(std::string_view(text))); }
  template <class T>
  void value(const Got<T>& got) {
    value(to_cell(got));
  }
  template <class T>
  void value(T number) requires std::is_arithmetic_v<T> {
    value(to_cell(Got<T>(number)));
  }
  void null() { value(Cell(Missing::absent)); }

  template <class T>
  void field(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

  /// A list of texts or numbers.
  template <class List>
  void list(std::string_view name, const List& values) {
    key(name);
    begin_array();
    for (const auto& one : values) value(one);
    end_array();
  }

  /// Ends the document with a newline, so that documents of --interval stand one a line.
  void finish() { out_.write("\n"); }

 private:
  void begin(char bracket);
  void end(char bracket);
  void before_item();
  void line_break();

  Out& out_;
  bool pretty_;
  bool first_ = true;       // nothing yet in the open object or array
  bool after_key_ = false;  // the next item is a key's value
  unsigned depth_ = 0;
  std::string scratch_;
};

/// The cells of a row, inside an object that is open.
template <class Row>
void write_cells(JsonWriter& json, std::span<const Column<Row>> table, const Row& row) {
  for (const Column<Row>& column : table) json.field(json_key(column), column.value(row));
}

/// One row as an object: every column, whatever the table shows, so that types and keys never depend on options.
template <class Row>
void write_row(JsonWriter& json, std::span<const Column<Row>> table, const Row& row) {
  json.begin_object();
  write_cells(json, table, row);
  json.end_object();
}

}  // namespace memkit
