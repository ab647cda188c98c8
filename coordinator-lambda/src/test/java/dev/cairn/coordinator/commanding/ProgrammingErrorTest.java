package dev.cairn.coordinator.commanding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.parallel.OutOfTimeException;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

/**
 * What is refused because the next tick would meet it again, and what the next tick tries again.
 */
class ProgrammingErrorTest {

  static Stream<RuntimeException> again() {
    return Stream.of(
        new IllegalArgumentException("a path of odd characters"),
        new NumberFormatException("seven"),
        new IllegalStateException("a journal without a base"),
        new NullPointerException(),
        new IndexOutOfBoundsException(7),
        new ArithmeticException("/ by zero"),
        new NoSuchElementException(),
        new DateTimeException("the year 10^10"));
  }

  @ParameterizedTest
  @MethodSource("again")
  void whatTheSameRequestMeetsAgainIsRefused(RuntimeException failure) {
    assertThat(ProgrammingError.is(failure)).isTrue();
  }

  static Stream<RuntimeException> passing() {
    return Stream.of(
        new OutcomeUnknownException("the table did not answer"),
        new StorageException(StorageException.Kind.THROTTLED, "slow down"),
        new StreamException("throttled"),
        new OutOfTimeException(1, 2),
        new UncheckedIOException(new IOException("connection reset")),
        ProvisionedThroughputExceededException.builder().message("too much").build(),
        SdkClientException.create("no route to host"));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void whatMayPassIsTriedAgain(RuntimeException failure) {
    assertThat(ProgrammingError.is(failure)).isFalse();
  }
}
