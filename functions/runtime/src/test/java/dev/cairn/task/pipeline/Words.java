package dev.cairn.task.pipeline;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import java.util.SplittableRandom;

/**
 * Counts the words of each key and keeps them in order. Some words do more: {@code poison} throws
 * after it has touched the state, {@code surrogate} leaves a text that no encoding can store, and
 * {@code size:n} leaves one of n characters that does not compress.
 */
public class Words implements KeyedFunction<String> {
  public static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Long.class);
  public static final ValueStateDescriptor<String> NOTE =
      ValueStateDescriptor.of("note", String.class);
  public static final ListStateDescriptor<String> WORDS =
      ListStateDescriptor.of("words", String.class);

  private ValueState<Long> count;
  private ValueState<String> note;
  private ListState<String> words;

  @Override
  public Deserializer<String> deserializer() {
    return Deserializers.text();
  }

  @Override
  public void open(RuntimeContext context) {
    count = context.getState(COUNT);
    note = context.getState(NOTE);
    words = context.getListState(WORDS);
  }

  @Override
  public void process(String word, Context context) {
    long before = count.value().orElse(0L);
    count.update(before + 1);
    if (word.equals("poison")) {
      throw new IllegalArgumentException("poison for " + context.key());
    } else if (word.equals("surrogate")) {
      note.update("\ud800");
    } else if (word.startsWith("size:")) {
      note.update(text(before, Integer.parseInt(word.substring("size:".length()))));
    } else {
      words.add(word);
    }
  }

  private static String text(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) (' ' + random.nextInt(95)));
    }
    return text.toString();
  }
}
