package dev.cairn.task.pipeline;

import dev.cairn.function.Context;
import dev.cairn.task.Task;
import dev.cairn.task.ports.TaskSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * A process whose function counts words, except that "kill" ends it, and "oom" exhausts its memory.
 */
public final class DeadlyProcess implements Tap {
  private boolean isEnded;
  private int appends;

  /** Lambda has ended the process: no port answers any more. */
  public static final class Ended extends Error {
    private static final long serialVersionUID = 1L;
  }

  public boolean isEnded() {
    return isEnded;
  }

  /** How many entries were appended, if each succeeded. */
  public int appends() {
    return appends;
  }

  public Task<String> container(TaskPipeline pipeline, TaskSettings settings) {
    return pipeline.container(this, settings, Deadly::new);
  }

  /** So many words, one that is bad, and some more. */
  public static String[] words(int before, String bad, int after) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < before; i++) {
      words.add("before-" + i);
    }
    words.add(bad);
    for (int i = 0; i < after; i++) {
      words.add("after-" + i);
    }
    return words.toArray(String[]::new);
  }

  @Override
  public void before(Call call) {
    if (isEnded) {
      throw new Ended();
    }
    if (call.name().equals("journal.append")) {
      appends++;
    }
  }

  private final class Deadly extends Words {
    @Override
    public void process(String word, Context context) {
      if (word.equals("kill")) {
        isEnded = true;
        throw new Ended();
      }
      if (word.equals("oom")) {
        throw new OutOfMemoryError("Java heap space");
      }
      super.process(word, context);
    }
  }
}
