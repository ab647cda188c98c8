package dev.cairn.cli.demo;

import dev.cairn.format.Fields;
import dev.cairn.format.Trees;
import dev.cairn.id.ShardId;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Requests from other processes about the running demo's stream, which is inside its own process: a
 * file with the request, and a file with the demo's response.
 */
public final class StreamMailbox {
  private static final String REQUEST = ".request.json";
  private static final String RESPONSE = ".response.json";
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Path folder;

  StreamMailbox(Path folder) {
    this.folder = folder;
  }

  /**
   * A request.
   *
   * @param shards the number of open shards that the stream is to have; empty to list its shards
   */
  public record Request(Optional<Integer> shards) {}

  /**
   * The demo's response.
   *
   * @param shards the stream's shards, after the request
   * @param limit why a number of shards was refused, as Kinesis does; empty if it was not
   */
  public record Response(List<ListedShard> shards, Optional<String> limit) {
    public Response {
      shards = List.copyOf(shards);
    }
  }

  /**
   * A shard.
   *
   * @param waitingSince when the oldest record arrived that the job has not applied; empty if there
   *     is none
   */
  public record ListedShard(Shard shard, Optional<Instant> waitingSince) {}

  /**
   * Sends a request, and waits for the response.
   *
   * @return empty if the demo has not responded within the time; the request is then withdrawn
   */
  public Optional<Response> ask(Request request, Duration patience) throws InterruptedException {
    String name = ProcessHandle.current().pid() + "-" + System.nanoTime();
    Path asked = folder.resolve(name + REQUEST);
    Path answered = folder.resolve(name + RESPONSE);
    write(
        asked, Fields.empty().put("v", 1).put("shards", request.shards(), number -> (long) number));
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      while (!Files.exists(answered)) {
        if (System.nanoTime() > deadline) {
          return Optional.empty();
        }
        Thread.sleep(PAUSE);
      }
      return Optional.of(response(read(answered)));
    } finally {
      delete(asked);
      delete(answered);
    }
  }

  /** Responds to the requests that are there. */
  public void serve(Function<Request, Response> stream) {
    for (Path asked : requests()) {
      String name = asked.getFileName().toString();
      Path answered =
          folder.resolve(name.substring(0, name.length() - REQUEST.length()) + RESPONSE);
      try {
        Fields fields = read(asked);
        delete(asked);
        Request request = new Request(fields.optionalNumber("shards").map(Math::toIntExact));
        write(answered, fields(stream.apply(request)));
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof NoSuchFileException)) {
          throw e;
        }
        // The request was withdrawn meanwhile.
      }
    }
  }

  private List<Path> requests() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(REQUEST))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Fields fields(Response response) {
    return Fields.empty()
        .put("v", 1)
        .put("shards", response.shards(), StreamMailbox::fields)
        .put("limit", response.limit(), text -> text);
  }

  private static Object fields(ListedShard listed) {
    Shard shard = listed.shard();
    return Fields.empty()
        .put("shard", shard.id().value())
        .put("from", shard.range().from().toDecimal())
        .put("to", shard.range().to().toDecimal())
        .put("parents", shard.parents(), ShardId::value)
        .put("waitingSince", listed.waitingSince(), Instant::toString);
  }

  private static Response response(Fields fields) {
    return new Response(
        fields.objects("shards").stream().map(StreamMailbox::listed).toList(),
        fields.optionalText("limit"));
  }

  private static ListedShard listed(Fields fields) {
    return new ListedShard(
        new Shard(
            new ShardId(fields.text("shard")),
            new HashRange(
                KeyHash.ofDecimal(fields.text("from")), KeyHash.ofDecimal(fields.text("to"))),
            fields.texts("parents").stream().map(ShardId::new).toList()),
        fields.optionalText("waitingSince").map(Instant::parse));
  }

  private void write(Path file, Fields fields) {
    Path whole = folder.resolve(file.getFileName() + ".part");
    try {
      Files.createDirectories(folder);
      Files.write(whole, Trees.toJson(fields));
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static Fields read(Path file) {
    try {
      return Trees.fromJson(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be deleted: " + e.getMessage(), e);
    }
  }
}
