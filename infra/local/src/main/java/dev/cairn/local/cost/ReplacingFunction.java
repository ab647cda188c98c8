package dev.cairn.local.cost;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.Serializers;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A function that replaces its key's value by as many new, incompressible bytes with each record.
 */
final class ReplacingFunction implements KeyedFunction<Long> {
  static final ValueStateDescriptor<byte[]> VALUE =
      new ValueStateDescriptor<>("value", Serializers.BYTES);

  private final int bytes;
  private ValueState<byte[]> value;

  @SuppressWarnings("NullAway.Init") // Opened before it is used.
  ReplacingFunction(int bytes) {
    this.bytes = bytes;
  }

  /** A record of so many bytes, the first of which make it different from others. */
  static byte[] record(long number, int bytes) {
    return ByteBuffer.allocate(bytes).putLong(number).array();
  }

  @Override
  public Deserializer<Long> deserializer() {
    return record -> ByteBuffer.wrap(record).getLong();
  }

  @Override
  public void open(RuntimeContext context) {
    value = context.getState(VALUE);
  }

  @Override
  public void process(Long number, Context context) {
    byte[] next = new byte[bytes];
    new SplittableRandom(number).nextBytes(next);
    value.update(next);
  }
}
