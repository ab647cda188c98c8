package dev.cairn.cli;

import dev.cairn.cli.demo.Mailbox;
import dev.cairn.cli.input.InputRow;
import dev.cairn.cli.letters.Letter;
import dev.cairn.cli.letters.RecordSender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Passes records to the running demo, whose stream other processes cannot access. */
final class DemoRecordSender implements RecordSender {
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Mailbox mailbox;
  private long number = System.currentTimeMillis();

  DemoRecordSender(Mailbox mailbox) {
    this.mailbox = mailbox;
  }

  @Override
  public void put(Letter letter) {
    InputRow row = new InputRow(letter.partitionKey(), letter.hashKey(), letter.data());
    Path file = mailbox.leave(number++, row);
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (Files.exists(file)) {
      if (System.nanoTime() > deadline) {
        throw ExitException.no(
            "the demo has not taken record "
                + letter.record()
                + ": the demo accepts records after its run has ended, if it was started with"
                + " --keep; it will then accept this one");
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ExitException.no("interrupted");
    }
  }
}
