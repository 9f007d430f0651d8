#include "output/held_mappings.h"

#include <algorithm>

#include "output/table.h"

namespace memkit {

void HeldMappings::add(const Mapping& mapping, KindOf kind) {
  auto held = std::make_unique<Held>();
  held->mapping = mapping;
  const std::string_view name = name_as_printed(mapping);
  held->text.append(name).append(mapping.vm_flags);
  const std::string_view text = held->text;
  held->mapping.name = text.substr(0, mapping.name.size());
  held->mapping.vm_flags = text.substr(name.size());
  held->mapping.fields = {};
  if (kind != nullptr) held->kind = *kind;
  const MappingRow row(held->mapping, whole_path_, kind);
  held->key = mapping_row_columns()[column_].value(row);
  if (const auto* const key = std::get_if<std::string_view>(&held->key)) {
    held->key_text = *key;
    held->key = std::string_view(held->key_text);
  }
  held_.push_back(std::move(held));
  // What does not come first goes now and then, not one at a time.
  if (most_ != 0 && held_.size() / 2 >= most_) sort();
}

void HeldMappings::sort() {
  std::stable_sort(held_.begin(), held_.end(), [&](const auto& a, const auto& b) {
    return reverse_ ? cell_less(b->key, a->key) : cell_less(a->key, b->key);
  });
  if (most_ != 0 && held_.size() > most_) held_.resize(most_);
}

void HeldMappings::visit(const std::function<void(const Mapping&, KindOf)>& each) {
  sort();
  for (const auto& held : held_) each(held->mapping, held->kind ? &*held->kind : nullptr);
}

}  // namespace memkit
