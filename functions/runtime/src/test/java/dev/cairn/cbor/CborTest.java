package dev.cairn.cbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborTest {
  private static final ObjectMapper JACKSON = new CBORMapper();

  /** Rows of RFC 8949, appendix A, and the edges of each width. */
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "23, 17",
    "24, 1818",
    "100, 1864",
    "255, 18ff",
    "256, 190100",
    "1000, 1903e8",
    "65536, 1a00010000",
    "4294967295, 1affffffff",
    "4294967296, 1b0000000100000000",
    "1000000000000, 1b000000e8d4a51000",
    "9223372036854775807, 1b7fffffffffffffff",
    "-1, 20",
    "-24, 37",
    "-25, 3818",
    "-1000, 3903e7",
    "-9223372036854775808, 3b7fffffffffffffff",
  })
  void longsTakeTheShortestForm(long value, String hex) throws IOException {
    assertThat(HexFormat.of().formatHex(Cbor.ofLong(value))).isEqualTo(hex);
    assertThat(Cbor.toLong(Cbor.ofLong(value))).isEqualTo(value);
    assertThat(JACKSON.readTree(Cbor.ofLong(value)).longValue()).isEqualTo(value);
  }

  @Test
  void anotherReaderOfCborUnderstandsEveryScalar() throws IOException {
    for (String text : List.of("", "a", "ü", "EWR-IAH", "🛩", "\uFFFD", "x".repeat(70_000))) {
      assertThat(Cbor.toText(Cbor.ofText(text))).isEqualTo(text);
      assertThat(JACKSON.readValue(Cbor.ofText(text), String.class)).isEqualTo(text);
    }
    for (Double value : List.of(0.0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY)) {
      assertThat(Cbor.toDouble(Cbor.ofDouble(value))).isEqualTo(value);
      assertThat(JACKSON.readValue(Cbor.ofDouble(value), Double.class)).isEqualTo(value);
    }
    assertThat(JACKSON.readValue(Cbor.ofBoolean(true), Boolean.class)).isTrue();
    assertThat(Cbor.toBoolean(Cbor.ofBoolean(true))).isTrue();
    assertThat(Cbor.toBoolean(Cbor.ofBoolean(false))).isFalse();
    byte[] bytes = {1, -2, 3};
    assertThat(JACKSON.readValue(Cbor.ofBytes(bytes), byte[].class)).isEqualTo(bytes);
    assertThat(Cbor.toBytes(Cbor.ofBytes(bytes))).isEqualTo(bytes);
  }

  @Test
  void itemsOfAnyShapeAreTakenApartAndPutTogether() throws IOException {
    for (int size : new int[] {0, 1, 23, 24, 300}) {
      List<byte[]> items = new java.util.ArrayList<>();
      for (int i = 0; i < size; i++) {
        items.add(
            JACKSON.writeValueAsBytes(
                Map.of("n", i, "deep", List.of(Map.of(), List.of("x".repeat(i), 1.5)))));
      }
      byte[] array = Cbor.ofItems(items);
      assertThat(JACKSON.readTree(array).size()).isEqualTo(size);
      assertThat(Cbor.toItems(array)).containsExactlyElementsOf(items);
    }
  }

  @Test
  void halfASurrogatePairIsRefusedRatherThanReplaced() {
    assertThatThrownBy(() -> Cbor.ofText("tail \ud83d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("half of a surrogate pair");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "18",
        "61",
        "6261",
        "81",
        "9bffffffffffffffff",
        "bb7fffffffffffffff",
        "9f01",
        "1c",
        "0000",
        "ff",
        "c1",
        "5b7fffffffffffffff00",
        "bf01ff",
        "bf",
        "df",
        "8200"
      })
  void whatIsNotOneItemIsRefused(String hex) {
    assertThatThrownBy(() -> Cbor.requireItem(HexFormat.of().parseHex(hex)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("malformed CBOR");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00",
        "9fff",
        "9f0102ff",
        "bfff",
        "bf0102ff",
        "5f4101ff",
        "a10102",
        "c101",
        "f6",
        "fb0000000000000000",
        "9fbf009f00ffffff"
      })
  void oneItemOfAnyFormIsPassed(String hex) {
    byte[] item = HexFormat.of().parseHex(hex);
    assertThat(Cbor.requireItem(item)).isSameAs(item);
  }

  @Test
  void noBytesBreakTheReaderOtherwiseThanByName() {
    SplittableRandom random = new SplittableRandom(7);
    int items = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      try {
        Cbor.requireItem(bytes);
        items++;
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("malformed CBOR");
      }
    }
    assertThat(items).isPositive();
  }

  @Test
  void nestingTakesNoStack() {
    byte[] deep = new byte[1_000_000];
    java.util.Arrays.fill(deep, (byte) 0x81);
    assertThatThrownBy(() -> Cbor.requireItem(deep)).hasMessageContaining("ends too early");
    deep[deep.length - 1] = 0;
    assertThat(Cbor.requireItem(deep)).isSameAs(deep);
  }

  @Test
  void oneTypeIsNotReadAsAnother() {
    assertThatThrownBy(() -> Cbor.toLong(Cbor.ofText("1"))).hasMessageContaining("major type 3");
    assertThatThrownBy(() -> Cbor.toText(Cbor.ofLong(1))).hasMessageContaining("major type 0");
    assertThatThrownBy(() -> Cbor.toDouble(Cbor.ofLong(1))).hasMessageContaining("double");
    assertThatThrownBy(() -> Cbor.toBoolean(Cbor.ofLong(1))).hasMessageContaining("boolean");
    assertThatThrownBy(() -> Cbor.toLong(HexFormat.of().parseHex("1bffffffffffffffff")))
        .hasMessageContaining("64 bits");
    assertThatThrownBy(() -> Cbor.toText(new byte[] {0x61, (byte) 0xFF}))
        .hasMessageContaining("not UTF-8");
  }
}
