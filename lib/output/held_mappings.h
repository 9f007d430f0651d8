#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "output/columns_mapping.h"

namespace memkit {

/// Mappings that are kept beyond the text they were read from: what sorting asks for.
class HeldMappings {
 public:
  /// Sorted by a column, missing figures first, or with `reverse` last. `most`: only so many from the front are kept;
  /// 0: all. Equals stay in the order in which they came.
  HeldMappings(std::size_t column, bool whole_path, bool reverse, std::size_t most)
      : column_(column), whole_path_(whole_path), reverse_(reverse), most_(most) {}
  void add(const Mapping& mapping, KindOf kind);
  void visit(const std::function<void(const Mapping&, KindOf)>& each);

 private:
  struct Held {
    Mapping mapping;
    std::optional<MappingClassifier::Kind> kind;
    std::string text;  // what the views of `mapping` look at
    Cell key;
    std::string key_text;  // what the key looks at, where it is text
  };
  void sort();

  const std::size_t column_;
  const bool whole_path_;
  const bool reverse_;
  const std::size_t most_;
  std::vector<std::unique_ptr<Held>> held_;
};

}  // namespace memkit
