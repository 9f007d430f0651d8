#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "analysis/slab_judgement.h"
#include "output/json_writer.h"
#include "output/out.h"

namespace memkit {

/// slabtop's head and rows, in the order given, to the byte where both know the figures.
void print_slabtop(Out& out, std::span<const SlabRow> rows, std::span<const std::size_t> order, bool headings);

/// What one sample says, a sentence each: how much there is, then what it is called and what would settle it.
std::vector<std::string> slab_sentences(const SlabTable& table, const SlabFacts& facts, const SlabJudgement& judgement);

/// --explain: what the columns mean on this machine, which one to look at, the usual misreading.
void explain_slab(Out& out, const SlabTable& table, const SlabFacts& facts);

/// Members "meminfo", "totals", "check", "dentries", "inodes", "vfs_cache_pressure" of the open object.
void write_slab_sums(JsonWriter& json, const SlabTable& table, const SlabTotals& totals, const SlabFacts& facts);
/// An object: the shares, what they are judged as, and the sentences.
void write_slab_judgement(JsonWriter& json, const SlabTable& table, const SlabFacts& facts,
                          const SlabJudgement& judgement);
/// An object with every column; aliases as an array.
void write_slab_row(JsonWriter& json, const SlabRow& row);

}  // namespace memkit
