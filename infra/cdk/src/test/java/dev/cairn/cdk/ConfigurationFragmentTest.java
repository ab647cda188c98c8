package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.RetentionOnCancellation;
import dev.cairn.settings.SettingSource;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationFragmentTest {

  @Test
  void readsAFragmentOfFlinkConfYaml() {
    Configuration read =
        ConfigurationFragment.parse(
            """
            # as pasted
            execution.checkpointing.interval: 3min
            state.checkpoints.num-retained: 5   # an old name
            state.backend.fs.memory-threshold: '16 kb'

            execution.checkpointing.externalized-checkpoint-retention: DELETE_ON_CANCELLATION
            execution.checkpointing.mode: EXACTLY_ONCE
            state.backend: hashmap
            state.backend.fs.write-buffer-size: 4096
            """);

    assertThat(read)
        .isEqualTo(
            Configuration.DEFAULTS
                .with(Options.INTERVAL, Optional.of(Duration.ofMinutes(3)), SettingSource.CONSTRUCT)
                .with(Options.NUM_RETAINED, 5, SettingSource.CONSTRUCT)
                .with(Options.DATA_INLINE_THRESHOLD, 16 * 1024, SettingSource.CONSTRUCT)
                .with(
                    Options.EXTERNALIZED_CHECKPOINT_RETENTION,
                    RetentionOnCancellation.DELETE_ON_CANCELLATION,
                    SettingSource.CONSTRUCT));
  }

  @Test
  void readsAFragmentOfConfigYaml() {
    Configuration read =
        ConfigurationFragment.parse(
            """
            execution:
              checkpointing:
                interval: "30 s"
                min-pause: 5s
              # nothing else of it
            restart-strategy:
              type: exponential-delay
              exponential-delay:
                jitter-factor: 0.2
            state:
              backend.type: hashmap
            """);

    assertThat(read.set().stream().map(Object::toString).toList()).hasSize(4);
    assertThat(read.get(Options.INTERVAL)).contains(Duration.ofSeconds(30));
    assertThat(read.get(Options.MIN_PAUSE)).isEqualTo(Duration.ofSeconds(5));
    assertThat(read.get(Options.EXPONENTIAL_DELAY_JITTER)).isEqualTo(0.2);
    assertThat(read.place(Options.EXPONENTIAL_DELAY_JITTER)).contains(SettingSource.CONSTRUCT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10 min",
        "0x10",
        "0o17",
        "yes",
        "1e3",
        "1_000",
        "12:30",
        "~",
        "null",
        "2026-11-30",
        "-5",
        "/mnt/a:/mnt/b",
        "s3://bucket/a#b",
        "-Xmx1g -Dx=\"y\"",
        "="
      })
  void aPlainValueIsTheTextThatWasWritten(String value) {
    assertThat(ConfigurationFragment.values("a: " + value)).containsExactly(entry("a", value));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      ignoreLeadingAndTrailingWhitespace = false,
      quoteCharacter = '`',
      value = {
        "a: 'it''s' # c;a;it's",
        "a: \"x\\\\ty\";a;x\\ty",
        "a: '';a;``",
        "a : b;a;b",
        "'a': b;a;b",
        "a:\\tb\\t# c;a;b",
        "{a: {b: c}};a.b;c",
        "a.b: {c.d: e};a.b.c.d;e",
        "a: >-\\n  b\\n  c\\n;a;b c",
        "a: |-\\n  b\\n  c;a;b\\nc",
        "%YAML 1.2\\n---\\na: b\\n...\\n;a;b",
        "---\\n---\\na: b\\n---\\n;a;b",
        "a: !!str 5;a;5",
      })
  void otherFormsOfYamlAreRead(String text, String name, String value) {
    assertThat(ConfigurationFragment.values(text.translateEscapes()))
        .containsExactly(entry(name, value.translateEscapes()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# nothing\n", "---\n", "\ufeff"})
  void aFragmentWithoutSettingsSetsNone(String text) {
    assertThat(ConfigurationFragment.values(text)).isEmpty();
  }

  @Test
  void aNameMayBeginOtherNamesAndBeWrittenAgainForThem() {
    assertThat(
            ConfigurationFragment.values(
                "execution:\n  x: 1\nrestart-strategy: none\nexecution:\n  y: 2\n"
                    + "restart-strategy.z: 3"))
        .containsExactly(
            entry("execution.x", "1"),
            entry("restart-strategy", "none"),
            entry("execution.y", "2"),
            entry("restart-strategy.z", "3"));
  }

  @Test
  void aFileOfAnEditorOnAnotherSystemIsRead() {
    assertThat(
            ConfigurationFragment.parse(
                    "\ufeff'execution':\r\n  \"checkpointing\":\r\n    interval:\t10 s   # often\r\n")
                .get(Options.INTERVAL))
        .contains(Duration.ofSeconds(10));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "- a: b       | line 1 of the configuration, \"- a: b\", is not a line of key: value",
        "key value    | line 1 of the configuration, \"key value\", is not a line of key: value",
        "a:b          | line 1 of the configuration, \"a:b\", is not a line of key: value",
        "? [a]\\n: b   | line 1 of the configuration, \"? [a]\", is not a line of key: value",
        "'': b        | line 1 of the configuration, \"'': b\", is not a line of key: value",
        "a: [1, 2]    | line 1 of the configuration, \"a: [1, 2]\", sets a to a list, and no setting"
            + " takes one: write one value",
        "a:\\n  b:\\n  - c | line 2 of the configuration, \"b:\", sets a.b to a list, and no setting"
            + " takes one: write one value",
        "a: &x 3      | line 1 of the configuration, \"a: &x 3\", has an anchor (&) or a type (!):"
            + " write the value as plain text",
        "a: &x {b: *x} | line 1 of the configuration, \"a: &x {b: *x}\", has an anchor (&) or a type"
            + " (!): write the value as plain text",
        "&x a: b      | line 1 of the configuration, \"&x a: b\", has an anchor (&) or a type (!):"
            + " write the value as plain text",
        "a: !!int 3   | line 1 of the configuration, \"a: !!int 3\", has an anchor (&) or a type (!):"
            + " write the value as plain text",
        "--- !x {a: b} | line 1 of the configuration, \"--- !x {a: b}\", has an anchor (&) or a type"
            + " (!): write the value as plain text",
        "a: 1\\n---\\nb: 2 | line 3 of the configuration, \"b: 2\", begins a second document: keep one"
            + " of them, and no line ---",
      })
  void refusesWhatNoSettingHas(String text, String message) {
    assertThatThrownBy(() -> ConfigurationFragment.values(text.translateEscapes()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "execution:\\n\\tx: 1       | line 2 of the configuration, \"x: 1\", is not YAML (",
        "a: b: c                  | line 1 of the configuration, \"a: b: c\", is not YAML (",
        "a: 10 s\\n  b: 5 s        | line 2 of the configuration, \"b: 5 s\", is not YAML (",
        "a:\\n  b: 1\\n c: 2        | line 3 of the configuration, \"c: 2\", is not YAML (",
        "a: 1\\nb: *x              | line 2 of the configuration, \"b: *x\", is not YAML (",
        "a: 1\\r\\nb: @x            | line 2 of the configuration, \"b: @x\", is not YAML (",
        "a: 1\\nb: 'x              | line 2 of the configuration, \"b: 'x\", is not YAML (",
      })
  void refusesMalformedYamlByItsLineAndSaysWhatToWrite(String text, String message) {
    assertThatThrownBy(() -> ConfigurationFragment.values(text.translateEscapes()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageEndingWith(
            "): write key: value, indent with spaces, and quote a value with : or signs");
  }

  @Test
  void refusesAControlCharacterByItsLine() {
    assertThatThrownBy(() -> ConfigurationFragment.values("a: 1\n\u0001b: 2\nc: 3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "line 2 of the configuration, \"\u0001b: 2\", contains a control character: write the"
                + " line anew");
  }

  @Test
  void refusesADocumentOfAnotherVersionOfYaml() {
    assertThatThrownBy(() -> ConfigurationFragment.values("%YAML 2.0\n---\na: b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the configuration is not YAML: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: 1\na.b: 2\na.b: 3",
        "x: 1\na.b: 2\na: {b: 3}",
        "x: 1\na: {b: 2}\na.b: 3",
        "x: 1\na: {b: 2}\na: {b: 3}"
      })
  void refusesARepeatedNameHoweverItIsWritten(String text) {
    assertThatThrownBy(() -> ConfigurationFragment.values(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line 3 of the configuration, \"a")
        .hasMessageEndingWith("\", sets a.b a second time, after line 2: keep one");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "execution.checkpointing.interval: | 1",
        "execution.checkpointing.interval: # later | 1",
        "execution:\\n  checkpointing:\\n    interval:\\n    timeout: 5 min | 3",
        "state.backend: hashmap\\nexecution.checkpointing:\\n  # interval: 10 s\\n | 2",
        "execution: {} | 1",
        "execution: !x | 1"
      })
  void aKeyWithoutAValueIsRefusedByItsLine(String fragment, int line) {
    assertThatThrownBy(() -> ConfigurationFragment.parse(fragment.translateEscapes()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line " + line + " of the configuration")
        .hasMessageEndingWith(
            "has no value, and nothing below it has one: write it, or leave the line out");
  }

  @Test
  void everySettingThatCannotBeUsedIsNamedAtOnce() {
    assertThatThrownBy(
            () ->
                ConfigurationFragment.parse(
                    "state.backend: rocksdb\nrest.port: 1\nstate.checkpoints.num-retained: none"))
        .hasMessageContaining("state.backend: rocksdb is not possible here")
        .hasMessageContaining("; and rest.port: 1 is not possible here")
        .hasMessageContaining("; and state.checkpoints.num-retained cannot be \"none\"");
  }
}
