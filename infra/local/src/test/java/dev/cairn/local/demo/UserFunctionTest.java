package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.cli.input.InputException;
import dev.cairn.cli.input.InputRow;
import dev.cairn.cli.input.RowKeys;
import dev.cairn.cli.input.UserFunction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserFunctionTest {
  private static final String BODY =
      """
        public Deserializer<String> deserializer() { return Deserializers.text(); }
        public void open(RuntimeContext context) {}
        public void process(String event, Context context) {}
      """;

  @TempDir private Path folder;

  @Test
  void aFunctionInAJarIsCreatedAnewEachTime() throws IOException {
    UserFunction function =
        load(
            "mine.Good",
            "package mine; import dev.cairn.function.*; public class Good implements KeyedFunction<String> {"
                + BODY
                + "}");
    assertThat(function.create()).isNotSameAs(function.create());
    assertThat(function.className()).isEqualTo("mine.Good");
  }

  @Test
  void whatIsNoUsableFunctionIsRefusedWithTheReason() {
    assertThatThrownBy(() -> load("mine.Plain", "package mine; public class Plain {}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("does not implement dev.cairn.function.KeyedFunction");
    assertThatThrownBy(
            () ->
                load(
                    "mine.Hidden",
                    "package mine; import dev.cairn.function.*; class Hidden implements KeyedFunction<String> {"
                        + BODY
                        + "}"))
        .hasMessageContaining("must be public and not abstract");
    assertThatThrownBy(
            () ->
                load(
                    "mine.Wants",
                    "package mine; import dev.cairn.function.*; public class Wants implements KeyedFunction<String> { public Wants(int n) {}"
                        + BODY
                        + "}"))
        .hasMessageContaining("has no public constructor without parameters");
    assertThatThrownBy(
            () ->
                load(
                    "mine.Fails",
                    "package mine; import dev.cairn.function.*; public class Fails implements KeyedFunction<String> { public Fails() { throw new IllegalStateException(\"no\"); }"
                        + BODY
                        + "}"))
        .hasMessageContaining("threw java.lang.IllegalStateException: no");
  }

  @Test
  void whatCannotBeOpenedIsRefusedBeforeAnythingIsFed() {
    assertThatThrownBy(
            () ->
                load(
                    "mine.Closed",
                    "package mine; import dev.cairn.function.*; public class Closed implements KeyedFunction<String> {"
                        + BODY.replace(
                            "open(RuntimeContext context) {}",
                            "open(RuntimeContext context) { throw new IllegalStateException(\"not today\"); }")
                        + "}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("cannot be opened")
        .hasMessageContaining("not today");
    assertThatThrownBy(
            () ->
                load(
                    "mine.Mute",
                    "package mine; import dev.cairn.function.*; public class Mute implements KeyedFunction<String> {"
                        + " public Deserializer<String> deserializer() { return null; }"
                        + " public void open(RuntimeContext context) {}"
                        + " public void process(String event, Context context) {} }"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("deserializer() returned null");
  }

  @Test
  void aClassOrJarThatIsNotThereIsNamed() throws IOException {
    Path jar = CompiledJar.of(folder, "mine.Empty", "package mine; public class Empty {}");
    assertThatThrownBy(() -> UserFunction.load("mine.Missing", Optional.of(jar)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("class mine.Missing is not in " + jar);
    assertThatThrownBy(
            () -> UserFunction.load("mine.Missing", Optional.of(folder.resolve("no.jar"))))
        .hasMessageContaining("is not a file");
    Path text = Files.writeString(folder.resolve("text.jar"), "no jar", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> UserFunction.load("mine.Missing", Optional.of(text)))
        .hasMessageContaining("is not a jar");
    assertThatThrownBy(() -> UserFunction.load("mine.Missing", Optional.empty()))
        .hasMessageContaining("the class path");
  }

  @Test
  void recordsAreKeyedByTheFunctionOrByAFieldAndOtherwiseUnknown() throws IOException {
    UserFunction bySecondLetter =
        load(
            "mine.Keyed",
            "package mine; import dev.cairn.function.*; public class Keyed implements KeyedFunction<String> { public String keyOf(String e) { return e.substring(1, 2).strip(); }"
                + BODY
                + "}");
    assertThat(keys(bySecondLetter, Optional.empty(), "{a", "{ ", "\u00ff\u00fe"))
        .containsExactly("a", "UNKNOWN", "UNKNOWN");
    assertThat(
            keys(
                bySecondLetter,
                Optional.of("k"),
                "{\"x\":{\"k\":1},\"k\":\"v\"}",
                "{\"k\":7}",
                "{\"k\":null}",
                "{\"k\":\"\"}",
                "{}",
                "[]",
                "{\"k\":{}}"))
        .containsExactly("v", "7", "UNKNOWN", "UNKNOWN", "UNKNOWN", "UNKNOWN", "UNKNOWN");
  }

  @Test
  void aFunctionThatNamesNoKeyNeedsAField() throws IOException {
    UserFunction none =
        load(
            "mine.NoKey",
            "package mine; import dev.cairn.function.*; public class NoKey implements KeyedFunction<String> {"
                + BODY
                + "}");
    assertThatThrownBy(() -> keys(none, Optional.empty(), "{}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("override keyOf(event)")
        .hasMessageContaining("--key");
    assertThatThrownBy(() -> keys(none, Optional.of("k"), "{\"k\":\"" + "x".repeat(257) + "\"}"))
        .hasMessageContaining("record 1")
        .hasMessageContaining("257 characters");
  }

  private UserFunction load(String className, String source) throws IOException {
    return UserFunction.load(className, Optional.of(CompiledJar.of(folder, className, source)));
  }

  private static List<String> keys(
      UserFunction function, Optional<String> field, String... records) {
    List<byte[]> bytes =
        List.of(records).stream().map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
    return RowKeys.of(bytes, function, field).stream().map(InputRow::key).toList();
  }
}
