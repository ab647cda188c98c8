package dev.cairn.measurements.coldstart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Lambda's side of one container: hands out one event, and takes the answer. The container's second
 * question is never answered, as when nothing more arrives.
 */
final class RuntimeApi implements AutoCloseable {
  private static final String PREFIX = "/2018-06-01/runtime/";
  private static final String REQUEST_ID = "00000000-0000-0000-0000-000000000001";
  private static final long INVOCATION_MILLIS = 60_000;
  private static final long LONGEST_START_SECONDS = 60;

  private final byte[] event;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(8);
  private final CountDownLatch closed = new CountDownLatch(1);
  private boolean handedOut;

  private record Answer(String path, String body, long nanoTime) {}

  RuntimeApi(byte[] event) throws IOException {
    this.event = event;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(PREFIX, this::serve);
    server.start();
  }

  /** For {@code AWS_LAMBDA_RUNTIME_API}. */
  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(PREFIX.length());
      if (path.equals("invocation/next")) {
        next(exchange);
      } else {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        answers.add(new Answer(path, body, System.nanoTime()));
        exchange.sendResponseHeaders(202, -1);
      }
    }
  }

  private void next(HttpExchange exchange) throws IOException {
    if (!takeTurn()) {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("Lambda-Runtime-Aws-Request-Id", REQUEST_ID);
    exchange
        .getResponseHeaders()
        .set(
            "Lambda-Runtime-Deadline-Ms",
            Long.toString(System.currentTimeMillis() + INVOCATION_MILLIS));
    exchange
        .getResponseHeaders()
        .set(
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:000000000000:function:cold");
    exchange.sendResponseHeaders(200, event.length);
    exchange.getResponseBody().write(event);
  }

  private synchronized boolean takeTurn() {
    boolean first = !handedOut;
    handedOut = true;
    return first;
  }

  /**
   * Waits for the answer.
   *
   * @return when it came, by {@link System#nanoTime}
   * @throws IllegalStateException if none came, or it is not that the whole batch is done
   */
  long awaitSuccess() throws InterruptedException {
    Answer answer = answers.poll(LONGEST_START_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new IllegalStateException("no answer in " + LONGEST_START_SECONDS + " s");
    }
    if (!answer.path().endsWith("/response")
        || !answer.body().equals("{\"batchItemFailures\":[]}")) {
      throw new IllegalStateException("answered " + answer.path() + ": " + answer.body());
    }
    return answer.nanoTime();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        throw new UncheckedIOException(new IOException("the runtime API did not stop"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
