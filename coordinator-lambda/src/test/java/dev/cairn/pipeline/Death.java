package dev.cairn.pipeline;

import dev.cairn.task.pipeline.Tap;

/**
 * A process that ends right after one of its writes; the write happened, and nobody learns of it.
 */
public final class Death implements Tap {
  private final int afterWrite;
  private int writes;
  private boolean happened;

  public Death(int afterWrite) {
    this.afterWrite = afterWrite;
  }

  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void after(Call call) {
    if (call.isWrite() && ++writes == afterWrite) {
      happened = true;
      throw new Died();
    }
  }

  public void watch(Runnable life) {
    if (happened) {
      return;
    }
    try {
      life.run();
    } catch (Died expected) {
      // Someone else goes on.
    }
  }

  public boolean happened() {
    return happened;
  }
}
