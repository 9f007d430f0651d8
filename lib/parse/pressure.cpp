#include "pressure.h"

#include "text.h"

namespace memkit {
namespace {

Got<double> percent(std::string_view word) {
  return to_hundredths(word).transform([](std::uint64_t hundredths) { return static_cast<double>(hundredths) / 100; });
}

template <class T>
void store(Got<T>& slot, Got<T> value) {
  if (!slot && slot.missing() == Missing::absent) slot = value;
}

// "avg10=0.22", or in the old form "0.22", which stands for the first average that is not set yet.
void parse_word(std::string_view word, PressureLine& line) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) {
    for (Got<double>* const slot : {&line.avg10_pct, &line.avg60_pct, &line.avg300_pct}) {
      if (*slot || slot->missing() != Missing::absent) continue;
      *slot = percent(word);
      return;
    }
    return;
  }
  const std::string_view key = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  if (key == "avg10") store(line.avg10_pct, percent(value));
  if (key == "avg60") store(line.avg60_pct, percent(value));
  if (key == "avg300") store(line.avg300_pct, percent(value));
  if (key == "total") store(line.total_us, not_underflown(to_number<std::uint64_t>(value)));
}

}  // namespace

// some avg10=0.22 avg60=0.17 avg300=1.11 total=58761459
// full avg10=0.22 avg60=0.16 avg300=1.08 total=58464525
Pressure parse_pressure(std::string_view text) {
  text = without_padding(text);
  Pressure pressure;
  PressureLine* line = nullptr;
  for (std::string_view word = take_whole_word(text); !word.empty(); word = take_whole_word(text)) {
    if (word == "some") {
      line = &pressure.some;
    } else if (word == "full") {
      line = &pressure.full;
    } else if (word == "aggr") {
      line = nullptr;
    } else if (line != nullptr) {
      parse_word(word, *line);
    }
  }
  return pressure;
}

}  // namespace memkit
