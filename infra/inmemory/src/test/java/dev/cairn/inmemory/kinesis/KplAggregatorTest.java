package dev.cairn.inmemory.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.state.KeyHash;
import dev.cairn.stream.KplAggregate;
import dev.cairn.stream.KplAggregate.Item;
import dev.cairn.stream.KplAggregate.MalformedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The aggregator and the reader of the format, which share no code, check each other. */
class KplAggregatorTest {
  private static final int MAGIC_BYTES = 4;
  private static final int MD5_BYTES = 16;

  private static List<Item> random(Random random) {
    List<Item> items = new ArrayList<>();
    for (int i = random.nextInt(12); i > 0; i--) {
      String key = "ключ-".substring(random.nextInt(5)) + random.nextInt(4);
      Optional<String> hashKey =
          random.nextInt(3) == 0
              ? Optional.of(new KeyHash(random.nextInt(2), random.nextInt(3)).toDecimal())
              : Optional.empty();
      byte[] data = new byte[random.nextInt(4) == 0 ? random.nextInt(4_000) : random.nextInt(9)];
      random.nextBytes(data);
      items.add(new Item(key, hashKey, ByteBuffer.wrap(data)));
    }
    return items;
  }

  private static byte[] aggregate(List<Item> items) {
    KplAggregator aggregator = new KplAggregator();
    for (Item item : items) {
      aggregator.add(
          item.partitionKey(),
          item.explicitHashKey().map(KeyHash::ofDecimal),
          item.data().array().clone());
    }
    return aggregator.toBytes();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsAggregatedIsReadBack(long seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      List<Item> items = random(random);
      byte[] data = aggregate(items);

      assertThat(KplAggregate.is(data)).isEqualTo(!items.isEmpty());
      assertThat(KplAggregate.read(data)).isEqualTo(items);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void damagedBytesAreAPlainRecord(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] data = aggregate(random(random));
      byte[] truncated = Arrays.copyOf(data, random.nextInt(data.length));
      byte[] flipped = data.clone();
      flipped[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));

      assertThat(KplAggregate.is(truncated)).isFalse();
      assertThat(KplAggregate.is(flipped)).isFalse();
    }
  }

  /** A producer with a bug computes the checksum of whatever it writes. */
  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9})
  void aDamagedMessageWithARightChecksumIsReadOrRefused(long seed) {
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 1_500; i++) {
      List<Item> items = random(random);
      byte[] data = aggregate(items);
      byte[] message = Arrays.copyOfRange(data, MAGIC_BYTES, data.length - MD5_BYTES);
      if (message.length == 0) {
        continue;
      }
      byte[] damaged =
          random.nextBoolean() ? Arrays.copyOf(message, random.nextInt(message.length)) : message;
      for (int flips = random.nextInt(4); flips > 0 && damaged.length > 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      byte[] framed = KplAggregator.framed(damaged);
      try {
        int bytes = 0;
        for (Item item : KplAggregate.read(framed)) {
          bytes += item.data().remaining();
        }
        assertThat(bytes).isLessThanOrEqualTo(damaged.length);
      } catch (MalformedException e) {
        assertThat(e).message().isNotBlank();
        refused++;
      }
    }
    assertThat(refused).isBetween(250, 1_499);
  }

  /** No prefix of a message reads as other user records than the first ones of the message. */
  @ParameterizedTest
  @ValueSource(longs = {10, 11})
  void aTruncatedMessageHasNoOtherUserRecords(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      List<Item> items = random(random);
      byte[] data = aggregate(items);
      for (int tries = 0; tries < 50; tries++) {
        int length = random.nextInt(data.length - MAGIC_BYTES - MD5_BYTES + 1);
        byte[] prefix = Arrays.copyOfRange(data, MAGIC_BYTES, MAGIC_BYTES + length);
        try {
          List<Item> read = KplAggregate.read(KplAggregator.framed(prefix));
          assertThat(read).isEqualTo(items.subList(0, read.size()));
        } catch (MalformedException e) {
          assertThat(e).message().isNotBlank();
        }
      }
    }
  }
}
