package dev.cairn.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.flights.AircraftFunction;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.state.KeyHash;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowKeysTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "card.token | {\"card\":{\"token\":\"t1\",\"n\":[1]},\"z\":1} | t1",
        "a.b.c      | {\"x\":{\"b\":{\"c\":0}},\"a\":{\"b\":{\"c\":7}}} | 7",
        "a.b        | {\"a\":{\"b\":1},\"a.b\":2} | 2",
        "a.b.c      | {\"a.b\":{\"c\":true}} | true",
        "a.b        | {\"a\":\"b\"} | UNKNOWN",
        "a.b        | {\"a\":{\"b\":{}}} | UNKNOWN",
        "a          | {\"a\":null} | UNKNOWN",
        "a          | [1] | UNKNOWN",
      })
  void dotsLeadIntoNestedObjects(String field, String record, String key) {
    assertThat(RowKeys.ofField(field).row(1, bytes(record)).key()).isEqualTo(key);
  }

  /** A function whose producers send the records of a key under a hash key of their own. */
  public static final class Routed implements KeyedFunction<String> {
    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {}

    @Override
    public void process(String event, Context context) {}

    @Override
    public String keyOf(String event) {
      return event;
    }

    @Override
    public Optional<BigInteger> explicitHashKeyOf(String partitionKey) {
      return switch (partitionKey) {
        case "none" -> Optional.empty();
        case "negative" -> Optional.of(BigInteger.ONE.negate());
        default -> Optional.of(BigInteger.valueOf(partitionKey.length()));
      };
    }
  }

  @Test
  void aRowHasTheHashKeyThatTheFunctionNames() {
    UserFunction function = UserFunction.of(Routed.class);
    List<byte[]> records = Stream.of("abc", "none").map(RowKeysTest::bytes).toList();

    assertThat(RowKeys.of(records, function, Optional.empty()))
        .extracting(InputRow::hashKey)
        .containsExactly(Optional.of(new KeyHash(0, 3)), Optional.empty());
    assertThat(RowKeys.of(List.of(bytes("{\"k\":\"abcd\"}")), function, Optional.of("k")))
        .extracting(InputRow::hashKey)
        .containsExactly(Optional.of(new KeyHash(0, 4)));
    assertThatThrownBy(() -> RowKeys.ofFunction(function).row(1, bytes("negative")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Routed.explicitHashKeyOf has no hash key for partition key");
  }

  @Test
  void aKeyFieldThatNoRecordHasIsRefused() {
    List<byte[]> records =
        Stream.of("{\"customer\":\"a\"}", "{\"customer\":\"b\"}").map(RowKeysTest::bytes).toList();
    UserFunction function = UserFunction.of(AircraftFunction.class);
    assertThatThrownBy(() -> RowKeys.of(records, function, Optional.of("custmer")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "no record has a field \"custmer\" (--key): all records would get the key UNKNOWN. The"
                + " first record is: {\"customer\":\"a\"}");
    assertThat(RowKeys.of(records, function, Optional.of("customer")))
        .extracting(InputRow::key)
        .containsExactly("a", "b");
  }
}
