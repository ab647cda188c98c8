package dev.cairn.function;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeserializersTest {
  record Reading(Instant at, int value, Optional<String> unit, OptionalInt limit) {}

  private static final Deserializer<Reading> JSON = Deserializers.json(Reading.class);

  private static Reading read(String json) throws Exception {
    return JSON.deserialize(json.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2013-01-01T10:15Z",
        "2013-01-01T10:15:00Z",
        "2013-01-01T10:15:00.000Z",
        "2013-01-01T05:15-05:00"
      })
  void timesComeWithAndWithoutSeconds(String at) throws Exception {
    assertThat(read("{\"at\":\"" + at + "\",\"value\":1}").at())
        .isEqualTo(Instant.parse("2013-01-01T10:15:00Z"));
  }

  @Test
  void numbersComeAsStringsAndUnknownFieldsAreIgnored() throws Exception {
    assertThat(
            read(
                "{\"value\":\"-3\",\"limit\":\"9\",\"at\":\"1970-01-01T00:00Z\",\"more\":{\"x\":[1]},\"unit\":\"K\"}"))
        .isEqualTo(new Reading(Instant.EPOCH, -3, Optional.of("K"), OptionalInt.of(9)));
  }

  @Test
  void absentFieldsAreEmpty() throws Exception {
    assertThat(read("{\"value\":1,\"at\":\"1970-01-01T00:00Z\"}"))
        .isEqualTo(new Reading(Instant.EPOCH, 1, Optional.empty(), OptionalInt.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{\"value\":1",
        "{} {}",
        "{\"value\":\"x\"}",
        "{\"at\":\"noon\"}",
        "{}x"
      })
  void whatIsNoSuchEventIsRefused(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(Exception.class);
  }

  @Test
  void textIsStrict() throws Exception {
    assertThat(Deserializers.text().deserialize("ü".getBytes(UTF_8))).isEqualTo("ü");
    assertThatThrownBy(() -> Deserializers.text().deserialize(new byte[] {(byte) 0xC3}))
        .isInstanceOf(CharacterCodingException.class);
  }
}
