#pragma once

#include <string>
#include <vector>

#include "analysis/slab_growth.h"
#include "output/json_writer.h"

namespace memkit {

/// What grew and what it is called, a sentence each; empty after one sample.
std::vector<std::string> slab_growth_sentences(const SlabGrowth& growth, const SlabTable& table);

/// An object; after one sample its figures are null.
void write_slab_growth(JsonWriter& json, const SlabGrowth& growth, const SlabTable& table);

}  // namespace memkit
