// SPDX-License-Identifier: Apache-2.0
#include "app/yaml_text.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <string_view>

namespace carbon::app {
namespace {

namespace json = boost::json;

/// Whether plain text could be taken for something else than text: "NO" is Norway's zone, and in
/// YAML 1.1 a false.
bool NeedsQuotes(std::string text) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"});
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  if (std::find(kWords.begin(), kWords.end(), text) != kWords.end()) {
    return true;
  }
  // Numbers in all their forms, and times.
  constexpr std::string_view kStarts = "+-.0123456789";
  constexpr std::string_view kLetters = "+-.0123456789abcdefinotxz_: ";
  return kStarts.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of(kLetters) == std::string::npos;
}

class Writer {
 public:
  explicit Writer(const YamlNotes& notes) : notes_(notes) {}

  std::string Write(const json::value& tree) {
    Note("");
    Value(tree, "");
    return std::string(out_.c_str()) + "\n";
  }

 private:
  void Note(const std::string& path) {
    const auto note = notes_.find(path);
    if (note != notes_.end() && !note->second.empty()) {
      out_ << YAML::Comment(note->second);
    }
  }

  void Text(std::string_view view) {
    const std::string text(view);
    out_ << (NeedsQuotes(text) ? YAML::DoubleQuoted : YAML::Auto) << text;
  }

  void Field(std::string_view name, const json::value& field, const std::string& path) {
    const bool spans_lines = field.is_structured();
    out_ << YAML::Key;
    Text(name);
    if (spans_lines) {
      Note(path);
    }
    out_ << YAML::Value;
    Value(field, path);
    if (!spans_lines) {
      Note(path);
    }
  }

  void Value(const json::value& value, const std::string& path) {
    if (const auto* object = value.if_object()) {
      out_ << (object->empty() ? YAML::Flow : YAML::Block) << YAML::BeginMap;
      for (const auto& [name, field] : *object) {
        Field(name, field, path + "/" + std::string(name));
      }
      out_ << YAML::EndMap;
    } else if (const auto* array = value.if_array()) {
      out_ << (array->empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
      for (const json::value& item : *array) {
        Value(item, path);
      }
      out_ << YAML::EndSeq;
    } else if (const auto* text = value.if_string()) {
      Text(*text);
    } else if (const auto* flag = value.if_bool()) {
      out_ << *flag;
    } else {
      out_ << value.as_int64();
    }
  }

  const YamlNotes& notes_;
  YAML::Emitter out_;
};

}  // namespace

std::string ToYaml(const json::value& tree, const YamlNotes& notes) {
  return Writer(notes).Write(tree);
}

}  // namespace carbon::app
