package dev.cairn.stream;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads the format in which the Kinesis Producer Library puts many user records into one Kinesis
 * record: four bytes of magic, a protobuf message (proto2), and the MD5 of the message.
 *
 * <pre>
 * message AggregatedRecord {
 *   repeated string partition_key_table     = 1;
 *   repeated string explicit_hash_key_table = 2;
 *   repeated Record records                 = 3;
 * }
 * message Record {
 *   required uint64 partition_key_index     = 1;
 *   optional uint64 explicit_hash_key_index = 2;
 *   required bytes  data                    = 3;
 *   repeated Tag    tags                    = 4;
 * }
 * </pre>
 *
 * <p>Like AWS's own readers, this one takes data for a plain record if the magic, the length or the
 * MD5 does not match. Unlike them, it refuses a message with the right MD5 that is malformed: the
 * bytes are what a producer sent, and reading them as one event would be wrong.
 *
 * @see <a
 *     href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">the
 *     specification of the format</a>
 */
public final class KplAggregate {
  private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
  private static final int DIGEST_BYTES = 16;

  private static final int PARTITION_KEYS = 1;
  private static final int EXPLICIT_HASH_KEYS = 2;
  private static final int RECORDS = 3;
  private static final int KEY_INDEX = 1;
  private static final int HASH_INDEX = 2;
  private static final int DATA = 3;

  private KplAggregate() {}

  /**
   * A user record within the bytes of an aggregate.
   *
   * @param explicitHashKey the hash key as the producer wrote it, which may be any text
   * @param data a view of the aggregate's bytes, not a copy
   */
  public record Item(String partitionKey, Optional<String> explicitHashKey, ByteBuffer data) {

    /** Returns a copy of the user record's bytes. */
    public byte[] bytes() {
      byte[] bytes = new byte[data.remaining()];
      data.duplicate().get(bytes);
      return bytes;
    }
  }

  /** The bytes have the right checksum and are nevertheless no aggregate; the message says why. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String problem) {
      super(problem);
    }
  }

  /** Whether a record's data is an aggregate: it begins with the magic and has the right MD5. */
  public static boolean is(byte[] data) {
    return data.length > MAGIC.length + DIGEST_BYTES
        && Arrays.equals(data, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        && isIntact(data);
  }

  private static boolean isIntact(byte[] data) {
    int end = data.length - DIGEST_BYTES;
    MessageDigest md5 = md5();
    md5.update(data, MAGIC.length, end - MAGIC.length);
    return Arrays.equals(md5.digest(), Arrays.copyOfRange(data, end, data.length));
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /**
   * Returns the user records of an aggregate, in order. Either all of them are well-formed or none
   * is returned.
   *
   * @param data an aggregate, as {@link #is} tells
   * @throws MalformedException if the protobuf message is malformed, or an index is out of its
   *     table
   */
  public static List<Item> read(byte[] data) throws MalformedException {
    Message in = new Message(data, MAGIC.length, data.length - DIGEST_BYTES);
    List<String> partitionKeys = new ArrayList<>();
    List<String> hashKeys = new ArrayList<>();
    List<Indexed> records = new ArrayList<>();
    while (in.hasNext()) {
      in.next();
      switch (in.field()) {
        case PARTITION_KEYS -> partitionKeys.add(in.text("partition key " + partitionKeys.size()));
        case EXPLICIT_HASH_KEYS -> hashKeys.add(in.text("explicit hash key " + hashKeys.size()));
        case RECORDS -> records.add(record(in.message(), records.size()));
        default -> in.skip();
      }
    }
    // The tables may come after the records, so indices are followed at the end.
    List<Item> items = new ArrayList<>(records.size());
    for (Indexed record : records) {
      items.add(record.in(partitionKeys, hashKeys, items.size()));
    }
    return items;
  }

  private static Indexed record(Message in, int number) throws MalformedException {
    Indexed record = new Indexed();
    while (in.hasNext()) {
      in.next();
      switch (in.field()) {
        case KEY_INDEX -> record.key = Optional.of(in.number());
        case HASH_INDEX -> record.hash = Optional.of(in.number());
        case DATA -> record.data = Optional.of(in.bytes());
        default -> in.skip();
      }
    }
    if (record.key.isEmpty()) {
      throw new MalformedException("user record " + number + " has no partition_key_index");
    }
    if (record.data.isEmpty()) {
      throw new MalformedException("user record " + number + " has no data");
    }
    return record;
  }

  /** A user record before its keys are looked up in the tables. */
  private static final class Indexed {
    private Optional<Long> key = Optional.empty();
    private Optional<Long> hash = Optional.empty();
    private Optional<ByteBuffer> data = Optional.empty();

    Item in(List<String> partitionKeys, List<String> hashKeys, int number)
        throws MalformedException {
      String partitionKey = entry(partitionKeys, key.orElseThrow(), number, "partition_key");
      Optional<String> explicitHashKey =
          hash.isEmpty()
              ? Optional.empty()
              : Optional.of(entry(hashKeys, hash.get(), number, "explicit_hash_key"));
      return new Item(partitionKey, explicitHashKey, data.orElseThrow());
    }

    private static String entry(List<String> table, long index, int number, String name)
        throws MalformedException {
      if (Long.compareUnsigned(index, table.size()) >= 0) {
        throw new MalformedException(
            "user record "
                + number
                + " has the "
                + name
                + "_index "
                + Long.toUnsignedString(index)
                + ", and the "
                + name
                + "_table has "
                + table.size()
                + (table.size() == 1 ? " entry" : " entries"));
      }
      return table.get((int) index);
    }
  }

  /** Reads the fields of a protobuf message one after the other. */
  private static final class Message {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;
    private static final int LONGEST_VARINT = 10;

    private final byte[] data;
    private final int end;
    private int at;
    private int field;
    private int wireType;

    Message(byte[] data, int start, int end) {
      this.data = data;
      this.at = start;
      this.end = end;
    }

    boolean hasNext() {
      return at < end;
    }

    /** Reads the tag of the next field; one of the methods below then reads or skips its value. */
    void next() throws MalformedException {
      long tag = varint();
      wireType = (int) (tag & 7);
      long number = tag >>> 3;
      if (number == 0 || number > 0x1FFF_FFFF) {
        throw malformed("a field has the number " + Long.toUnsignedString(number));
      }
      field = (int) number;
    }

    int field() {
      return field;
    }

    long number() throws MalformedException {
      require(VARINT);
      return varint();
    }

    ByteBuffer bytes() throws MalformedException {
      require(LENGTH_DELIMITED);
      int length = length();
      ByteBuffer view = ByteBuffer.wrap(data, at, length).slice().asReadOnlyBuffer();
      at += length;
      return view;
    }

    Message message() throws MalformedException {
      require(LENGTH_DELIMITED);
      int length = length();
      at += length;
      return new Message(data, at - length, at);
    }

    String text(String what) throws MalformedException {
      ByteBuffer utf8 = bytes();
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
      } catch (CharacterCodingException e) {
        throw malformed(what + " is not UTF-8");
      }
    }

    void skip() throws MalformedException {
      switch (wireType) {
        case VARINT -> varint();
        case FIXED_64 -> advance(Long.BYTES);
        case LENGTH_DELIMITED -> advance(length());
        case FIXED_32 -> advance(Integer.BYTES);
        default -> throw unexpectedType();
      }
    }

    private void require(int expected) throws MalformedException {
      if (wireType != expected) {
        throw unexpectedType();
      }
    }

    private int length() throws MalformedException {
      long length = varint();
      if (length < 0 || length > end - at) {
        throw malformed(
            "field "
                + field
                + " has "
                + Long.toUnsignedString(length)
                + " bytes, and "
                + (end - at)
                + " are left");
      }
      return (int) length;
    }

    private void advance(int bytes) throws MalformedException {
      if (bytes > end - at) {
        throw malformed("field " + field + " ends too early");
      }
      at += bytes;
    }

    private long varint() throws MalformedException {
      long value = 0;
      for (int i = 0; i < LONGEST_VARINT; i++) {
        if (at == end) {
          throw malformed("a number ends too early");
        }
        byte next = data[at++];
        value |= (next & 0x7FL) << (7 * i);
        if (next >= 0) {
          return value;
        }
      }
      throw malformed("a number has more than " + LONGEST_VARINT + " bytes");
    }

    private MalformedException unexpectedType() {
      return malformed("field " + field + " has the wire type " + wireType);
    }

    private MalformedException malformed(String problem) {
      return new MalformedException(problem + ", before byte " + at + " of the record");
    }
  }
}
