package dev.cairn.journal;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.restart.FailureHistory;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Sha256;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Makes records with random content in every component, those of nested records too. A component
 * that is added later is filled without a change here.
 */
public final class RandomRecords {
  private final SplittableRandom random;
  private final Map<Class<?>, Supplier<?>> leaves = new LinkedHashMap<>();

  public RandomRecords(long seed) {
    this.random = new SplittableRandom(seed);
    leaves.put(boolean.class, random::nextBoolean);
    leaves.put(int.class, this::number);
    leaves.put(long.class, () -> (long) number());
    leaves.put(Long.class, () -> (long) number());
    leaves.put(String.class, this::name);
    leaves.put(byte[].class, this::bytes);
    leaves.put(Instant.class, this::time);
    leaves.put(SequenceNumber.class, () -> new SequenceNumber(Integer.toString(number())));
    leaves.put(JobId.class, () -> new JobId(name()));
    leaves.put(StageId.class, () -> new StageId(name()));
    leaves.put(ShardId.class, () -> new ShardId(name()));
    leaves.put(Epoch.class, () -> new Epoch(number()));
    leaves.put(FilePath.class, () -> FilePath.of(name(), name()));
    leaves.put(Sha256.class, () -> Sha256.of(bytes()));
    leaves.put(HashRange.class, this::range);
    leaves.put(StateSchema.class, () -> new StateSchema(name(), "value", "string,long"));
    leaves.put(FailureHistory.class, this::failures);
    leaves.put(ShardFailure.class, this::failing);
    leaves.put(FormatVersion.class, () -> FormatVersion.NEWEST);
  }

  /** A record of this type, or of one of the types that a sealed one permits. */
  public <T> T of(Class<T> type) {
    return type.cast(make(type));
  }

  private Object make(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      return container(parameterized);
    }
    Class<?> raw = (Class<?>) type;
    Supplier<?> leaf = leaves.get(raw);
    if (leaf != null) {
      return leaf.get();
    }
    if (raw.isEnum()) {
      return any(List.of(raw.getEnumConstants()));
    }
    if (raw.isSealed()) {
      return make(any(List.of(raw.getPermittedSubclasses())));
    }
    if (!raw.isRecord()) {
      throw new AssertionError("there is no random value of " + raw);
    }
    return record(raw);
  }

  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    try {
      Constructor<?> canonical =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      canonical.setAccessible(true);
      return canonical.newInstance(
          Arrays.stream(components).map(one -> make(one.getGenericType())).toArray());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(type + " cannot be made", e);
    }
  }

  private Object container(ParameterizedType type) {
    Type[] of = type.getActualTypeArguments();
    Class<?> raw = (Class<?>) type.getRawType();
    if (raw == Optional.class) {
      return random.nextInt(4) == 0 ? Optional.empty() : Optional.of(make(of[0]));
    }
    int size = random.nextInt(3);
    if (raw == List.class) {
      List<Object> list = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        list.add(make(of[0]));
      }
      return list;
    }
    if (raw == Map.class) {
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < size; i++) {
        map.put(make(of[0]), make(of[1]));
      }
      return map;
    }
    throw new AssertionError("there is no random value of " + type);
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private int number() {
    return 1 + random.nextInt(1_000_000);
  }

  private String name() {
    return "n" + number();
  }

  private Instant time() {
    return Instant.ofEpochSecond(1_700_000_000L + number(), random.nextInt(1_000_000_000));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(5)];
    random.nextBytes(bytes);
    return bytes;
  }

  private HashRange range() {
    return new HashRange(new KeyHash(0, number()), new KeyHash(number(), 0));
  }

  private FailureHistory failures() {
    return new FailureHistory(
        number(), time(), time(), Duration.ofMillis(number()), List.of(time(), time()));
  }

  private ShardFailure failing() {
    FailureHistory failures = failures();
    return new ShardFailure(
        any(List.of(FailureReason.values())),
        name(),
        failures,
        random.nextBoolean(),
        1 + random.nextInt(failures.attempts()),
        random.nextBoolean() ? Optional.of(of(SequenceNumber.class)) : Optional.empty(),
        random.nextBoolean() ? Optional.of(of(SequenceNumber.class)) : Optional.empty());
  }
}
