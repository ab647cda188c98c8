package dev.cairn.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FunctionHarnessTest {
  static final ValueStateDescriptor<Instant> LAST = ValueStateDescriptor.of("last", Instant.class);
  static final MapStateDescriptor<String, Integer> WORDS =
      MapStateDescriptor.of("words", String.class, Integer.class);
  static final ListStateDescriptor<String> LINES = ListStateDescriptor.of("lines", String.class);

  /** Counts words, and refuses a line that says so, after it has counted them. */
  private static final class WordFunction implements KeyedFunction<String> {
    private ValueState<Instant> last;
    private MapState<String, Integer> words;
    private ListState<String> lines;

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public String keyOf(String line) {
      return line.substring(0, 1);
    }

    @Override
    public void open(RuntimeContext context) {
      last = context.getState(LAST);
      words = context.getMapState(WORDS);
      lines = context.getListState(LINES);
    }

    @Override
    public void process(String line, Context context) {
      last.update(context.timestamp());
      lines.add(line);
      for (String word : line.split(" ", -1)) {
        words.put(word, words.get(word).orElse(0) + 1);
      }
      if (line.endsWith("clear")) {
        words.clear();
        lines.clear();
        last.clear();
      }
      if (line.endsWith("refused")) {
        throw new IllegalArgumentException(line);
      }
    }
  }

  private final FunctionHarness<String> harness = FunctionHarness.of(new WordFunction());

  @Test
  void stateIsReadByWhatTheFunctionDeclares() throws Exception {
    Instant arrival = Instant.parse("2013-01-01T10:15:00Z");
    harness.process("a b a");
    harness.process("a", "a c", arrival);
    harness.processBytes("z", "z".getBytes(UTF_8), arrival);
    assertThat(harness.keys()).containsExactly("a", "z");
    assertThat(harness.state("a").value(LAST)).contains(arrival);
    assertThat(harness.state("a").entries(WORDS))
        .containsExactly(Map.entry("a", 3), Map.entry("b", 1), Map.entry("c", 1));
    assertThat(harness.state("a").entry(WORDS, "a")).contains(3);
    assertThat(harness.state("a").list(LINES)).containsExactly("a b a", "a c");
    assertThat(harness.state("nobody").value(LAST)).isEmpty();
  }

  @Test
  void whatAFailingEventDidIsUndone() throws Exception {
    harness.process("k", "a");
    assertThatThrownBy(() -> harness.process("k", "a b refused"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> harness.process("new", "refused"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(harness.state("k").entries(WORDS)).containsExactly(Map.entry("a", 1));
    assertThat(harness.state("k").list(LINES)).containsExactly("a");
    assertThat(harness.keys()).containsExactly("k");
  }

  @Test
  void cellsAreWhatACheckpointHolds() throws Exception {
    harness.process("k", "a");
    harness.process("gone", "x clear");
    KeyHash hash = KeyHash.of("k");
    byte[] nowhere = new byte[0];
    assertThat(harness.cells())
        .containsOnlyKeys(
            StateKey.of(hash, "k", "last", nowhere),
            StateKey.of(hash, "k", "words", Cbor.ofText("a")),
            StateKey.of(hash, "k", "lines", nowhere));
    assertThat(harness.cells().get(StateKey.of(hash, "k", "lines", nowhere)))
        .isEqualTo(Cbor.ofItems(List.of(Cbor.ofText("a"))));
  }
}
