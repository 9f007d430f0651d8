#include "parse/klog/anchors.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// What is looked for. At `offset` in it begin three bytes that few lines have: those are looked for first.
struct Anchor {
  std::string_view whole;
  std::size_t offset;
  [[nodiscard]] constexpr std::string_view triple() const { return whole.substr(offset, 3); }
};
constexpr Anchor kAnchors[] = {
    {"oom-kill", 0},        {"oom_reaper:", 0},      {"oom_score_adj name", 0}, {"systemd-oomd", 8},
    {"OOM killer", 0},      {"OOMKill", 0},          {"OOM victim", 0},         {"TaskOOM", 4},
    {"ut of memory", 4},    {"ut of Memory", 4},     {"illed process ", 6},     {"Kill process ", 5},
    {"illing process ", 7}, {"TERM to process ", 8}, {"KILL to process ", 8},   {"Mem-Info:", 2},
    {"illed /", 4},         {"Marked /", 5},
};

/// Places that are looked at together.
constexpr std::size_t kBlock = 64;
/// What is read of a block: a triple that begins in it may end behind it.
constexpr std::size_t kRead = kBlock + 2;

/// Marks the places of a block where a triple of `kAnchors` begins, in either case but for "pro", and says whether
/// there is one. Written so that compilers turn it into vector instructions: only bytes, no branch.
bool mark_triples(const char* p, std::uint8_t* marks) {
  using Byte = std::uint8_t;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto raw = static_cast<Byte>(p[i]);
    const auto a = static_cast<Byte>(raw | 0x20);
    const auto b = static_cast<Byte>(static_cast<Byte>(p[i + 1]) | 0x20);
    const auto c = static_cast<Byte>(static_cast<Byte>(p[i + 2]) | 0x20);
    const auto oom = static_cast<Byte>((a == 'o') & (b == 'o') & (c == 'm'));
    const auto memory = static_cast<Byte>((a == 'f') & (b == ' ') & (c == 'm'));
    const auto process = static_cast<Byte>((raw == 'p') & (b == 'r') & (c == 'o'));  // not the PROTO= of firewalls
    const auto info = static_cast<Byte>((a == 'm') & (b == '-') & (c == 'i'));
    const auto path = static_cast<Byte>((a == 'd') & (b == ' ') & (c == '/'));
    marks[i] = static_cast<Byte>(oom | memory | process | info | path);
  }
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < kBlock; i += 8) {
    std::uint64_t part = 0;
    std::memcpy(&part, marks + i, 8);
    any |= part;
  }
  return any != 0;
}

/// Whether an anchor's triple stands at `at`, and the anchor around it.
bool is_anchor(std::string_view text, std::size_t at) {
  for (const Anchor& anchor : kAnchors) {
    if (at < anchor.offset || text.size() - at < anchor.whole.size() - anchor.offset) continue;
    if (text[at] != anchor.whole[anchor.offset]) continue;
    if (text.substr(at - anchor.offset, anchor.whole.size()) == anchor.whole) return true;
  }
  return false;
}

std::size_t one_by_one(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    if (is_anchor(text, at)) return at;
  }
  return npos;
}

#ifdef __x86_64__

/// For each of the three bytes of a triple: which triples have that upper and that lower half in it, a bit for each.
/// A table of 16 entries is one instruction to look 32 bytes up in.
struct Halves {
  alignas(16) std::uint8_t lower[3][16]{};
  alignas(16) std::uint8_t upper[3][16]{};
};
constexpr Halves halves_of_triples() {
  Halves halves;
  std::array<std::string_view, 8> triples{};  // no more than a byte has bits
  std::size_t count = 0;
  for (const Anchor& anchor : kAnchors) {
    std::size_t n = 0;
    while (n < count && triples[n] != anchor.triple()) ++n;
    if (n == count) triples.at(count++) = anchor.triple();
    for (std::size_t i = 0; i < 3; ++i) {
      const auto byte = static_cast<std::uint8_t>(anchor.triple()[i]);
      halves.lower[i][byte & 15U] = static_cast<std::uint8_t>(halves.lower[i][byte & 15U] | 1U << n);
      halves.upper[i][byte >> 4U] = static_cast<std::uint8_t>(halves.upper[i][byte >> 4U] | 1U << n);
    }
  }
  return halves;
}
constexpr Halves kHalves = halves_of_triples();

[[gnu::target("avx2")]] inline __m256i twice(const std::uint8_t* table) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

/// The triples that have the bytes at `p` as their i-th ones, in the tables of its halves.
[[gnu::target("avx2")]] inline __m256i triples_with(const char* p, __m256i lower, __m256i upper) {
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i by_lower = _mm256_shuffle_epi8(lower, _mm256_and_si256(bytes, half));
  return _mm256_and_si256(by_lower, _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

/// Where processors have the instructions for it: a quarter of what the compiler makes of the way of all others.
[[gnu::target("avx2")]] std::size_t search_avx2(std::string_view text, std::size_t at) {
  constexpr std::size_t kAtOnce = 32;
  const __m256i lower[] = {twice(kHalves.lower[0]), twice(kHalves.lower[1]), twice(kHalves.lower[2])};
  const __m256i upper[] = {twice(kHalves.upper[0]), twice(kHalves.upper[1]), twice(kHalves.upper[2])};
  for (; at + kAtOnce + 2 <= text.size(); at += kAtOnce) {
    const char* const p = text.data() + at;
    const __m256i triples =
        _mm256_and_si256(_mm256_and_si256(triples_with(p, lower[0], upper[0]), triples_with(p + 1, lower[1], upper[1])),
                         triples_with(p + 2, lower[2], upper[2]));
    if (_mm256_testz_si256(triples, triples) != 0) continue;
    const __m256i none = _mm256_cmpeq_epi8(triples, _mm256_setzero_si256());
    for (auto found = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none)); found != 0; found &= found - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(found));
      if (is_anchor(text, place)) return place;
    }
  }
  return one_by_one(text, at);
}

#endif

}  // namespace

std::size_t find_anchor_anywhere(std::string_view text, std::size_t from) {
  std::size_t at = from;
  for (; at + kRead <= text.size(); at += kBlock) {
    std::uint8_t marks[kBlock];
    if (!mark_triples(text.data() + at, marks)) continue;
    for (std::size_t i = 0; i < kBlock; ++i) {
      if (marks[i] != 0 && is_anchor(text, at + i)) return at + i;
    }
  }
  return one_by_one(text, at);
}

std::size_t find_anchor(std::string_view text, std::size_t from) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2") != 0) return search_avx2(text, from);
#endif
  return find_anchor_anywhere(text, from);
}

}  // namespace memkit
