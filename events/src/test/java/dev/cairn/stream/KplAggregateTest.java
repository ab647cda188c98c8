package dev.cairn.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.stream.KplAggregate.MalformedException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that were put together by hand from the specification of the format. */
class KplAggregateTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String MAGIC = "f3899ac2";

  // Partition keys "a" and "bc", explicit hash key "7".
  private static final String TABLES = "0a0161" + "0a026263" + "120137";
  // "x" of "a"; "y" of "bc" with the hash key; nothing of "a" with a tag of the key "k".
  private static final String RECORDS =
      "1a0508001a0178" + "1a07080110001a0179" + "1a0908001a0022030a016b";
  private static final String MD5 = "b84a75798eb5b14b0a4e263a169b6d86";

  private static byte[] hex(String digits) {
    return HEX.parseHex(digits.toLowerCase(Locale.ROOT));
  }

  /** A message with the magic and a right checksum. */
  private static byte[] framed(String message) throws Exception {
    byte[] md5 = MessageDigest.getInstance("MD5").digest(hex(message));
    return hex(MAGIC + message + HEX.formatHex(md5));
  }

  private static List<String> read(byte[] data) throws MalformedException {
    return KplAggregate.read(data).stream()
        .map(
            item ->
                item.partitionKey()
                    + " "
                    + item.explicitHashKey().orElse("-")
                    + " "
                    + UTF_8.decode(item.data()))
        .toList();
  }

  @Test
  void userRecordsHaveTheirKeysFromTheTables() throws Exception {
    byte[] data = hex(MAGIC + TABLES + RECORDS + MD5);

    assertThat(KplAggregate.is(data)).isTrue();
    assertThat(read(data)).containsExactly("a - x", "bc 7 y", "a - ");
  }

  @Test
  void tablesMayComeAfterTheRecords() throws Exception {
    assertThat(read(framed(RECORDS + TABLES))).containsExactly("a - x", "bc 7 y", "a - ");
  }

  @Test
  void fieldsThatALaterVersionAddsArePassedOver() throws Exception {
    String number = "2096ff01";
    String eightBytes = "290102030405060708";
    String fourBytes = "3501020304";
    String text = "3a026869";
    String inRecord = "1a0708001a01782805";

    assertThat(read(framed(number + TABLES + eightBytes + inRecord + fourBytes + text)))
        .containsExactly("a - x");
  }

  @Test
  void anAggregateMayHaveNoUserRecord() throws Exception {
    assertThat(read(framed(TABLES))).isEmpty();
  }

  @Test
  void everythingElseIsAPlainRecord() {
    byte[] whole = hex(MAGIC + TABLES + RECORDS + MD5);
    for (int length = 0; length < whole.length; length++) {
      assertThat(KplAggregate.is(Arrays.copyOf(whole, length))).isFalse();
    }
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(KplAggregate.is(flipped)).as("bit " + bit).isFalse();
    }
    // The magic and the MD5 of nothing: AWS's readers want at least a byte between them.
    assertThat(KplAggregate.is(hex(MAGIC + "d41d8cd98f00b204e9800998ecf8427e"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0a0161 1a0508011a0178     | user record 0 has the partition_key_index 1, and the partition_key_table has 1 entry
          1a0508001a0178            | user record 0 has the partition_key_index 0, and the partition_key_table has 0 entries
          0a0161 1a0e08ffffffffffffffffff011a0178 | user record 0 has the partition_key_index 18446744073709551615, and the partition_key_table has 1 entry
          0a0161 1a0708001a017810ff | a number ends too early, before byte 16 of the record
          0a0161 1a0708001a01781005 | user record 0 has the explicit_hash_key_index 5, and the explicit_hash_key_table has 0 entries
          0a0161 1a031a0178         | user record 0 has no partition_key_index
          0a0161 1a0508001a0178 1a020800 | user record 1 has no data
          0a0161 1a0908001a0178     | field 3 has 9 bytes, and 5 are left, before byte 9 of the record
          0a0161 1a0508001a0278     | field 3 has 2 bytes, and 1 are left, before byte 13 of the record
          0a0161 1a0408001800       | field 3 has the wire type 0, before byte 12 of the record
          0a0161 1805               | field 3 has the wire type 0, before byte 8 of the record
          0a0161 0b                 | field 1 has the wire type 3, before byte 8 of the record
          0a0161 2b                 | field 5 has the wire type 3, before byte 8 of the record
          0a0161 02                 | a field has the number 0, before byte 8 of the record
          0a0161 29010203           | field 5 ends too early, before byte 8 of the record
          0a0161 3501               | field 6 ends too early, before byte 8 of the record
          0a0161 1affffffffffffffffffff01 | a number has more than 10 bytes, before byte 18 of the record
          0a0161 1affffffff0f       | field 3 has 4294967295 bytes, and 0 are left, before byte 13 of the record
          0a0161 1affffffffffffffffff01 | field 3 has 18446744073709551615 bytes, and 0 are left, before byte 18 of the record
          0a01ff                    | partition key 0 is not UTF-8, before byte 7 of the record
          0a02                      | field 1 has 2 bytes, and 0 are left, before byte 6 of the record
          1202c328                  | explicit hash key 0 is not UTF-8, before byte 8 of the record
          """)
  void aMalformedMessageIsNamed(String message, String problem) throws Exception {
    byte[] data = framed(message.replace(" ", ""));

    assertThat(KplAggregate.is(data)).isTrue();
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> KplAggregate.read(data))
        .withMessage(problem);
  }

  @Test
  void theLastUserRecordEndsTheKinesisRecord() {
    SequenceNumber number = new SequenceNumber("49");
    byte[] data = hex(MAGIC + TABLES + RECORDS + MD5);
    StreamRecord record = new StreamRecord("a", number, data, Instant.EPOCH);

    List<UserRecord> parts = UserRecord.of(record);

    assertThat(parts.stream().map(UserRecord::position))
        .containsExactly(
            Position.within(number, new SubSequenceNumber(0)),
            Position.within(number, new SubSequenceNumber(1)),
            Position.after(number));
    assertThat(parts.stream().map(part -> part.number().toString()))
        .containsExactly("49.0", "49.1", "49.2");
    assertThat(((UserRecord.Part) parts.get(1)).data()).isEqualTo("y".getBytes(UTF_8));
  }

  @Test
  void aKinesisRecordIsAtLeastOneRecord() throws Exception {
    for (String message : List.of(TABLES, "0a01ff")) {
      StreamRecord record =
          new StreamRecord("a", new SequenceNumber("49"), framed(message), Instant.EPOCH);
      assertThat(UserRecord.of(record))
          .singleElement()
          .extracting(UserRecord::position)
          .isEqualTo(Position.after(new SequenceNumber("49")));
    }
  }
}
