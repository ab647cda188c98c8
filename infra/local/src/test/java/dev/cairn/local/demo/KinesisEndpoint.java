package dev.cairn.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.kinesis.ShardLimitException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An endpoint of Kinesis and DynamoDB, for commands that access a deployed pipeline: a local stream
 * in Kinesis's protocol, and a DynamoDB to which other requests are passed on.
 */
final class KinesisEndpoint implements AutoCloseable {
  private static final ObjectMapper CBOR = new CBORMapper();
  private static final String CBOR_TYPE = "application/x-amz-cbor-1.1";
  private static final String TARGET = "X-Amz-Target";

  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  private final URI dynamoDb;
  private final LocalStream stream;

  private final List<Integer> requested = new CopyOnWriteArrayList<>();
  private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
  private final AtomicInteger updating = new AtomicInteger();
  private volatile String mode = "PROVISIONED";
  private volatile int updateLooks = 1;
  private volatile int accountLimit = 1_000;

  /**
   * A response in place of the next one of an operation.
   *
   * @param code the error's code, such as {@code LimitExceededException}
   * @param before called before it responds
   */
  record Refusal(String operation, String code, String message, Runnable before) {}

  KinesisEndpoint(URI dynamoDb, LocalStream stream) throws IOException {
    this.dynamoDb = dynamoDb;
    this.stream = stream;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::respond);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Returns the numbers of shards that were requested and accepted. */
  List<Integer> requested() {
    return requested;
  }

  void refuse(String operation, String code, String message) {
    refuseAs(operation, code, message, () -> {});
  }

  void refuseAs(String operation, String code, String message, Runnable before) {
    refusals.add(new Refusal(operation, code, message, before));
  }

  void onDemand() {
    mode = "ON_DEMAND";
  }

  void provisioned() {
    mode = "PROVISIONED";
  }

  /** Shows the stream as UPDATING to so many of the next looks. */
  void update(int looks) {
    updating.set(looks);
  }

  /** Shows the stream as UPDATING to so many looks after each accepted request. */
  void updateAfterRequests(int looks) {
    updateLooks = looks;
  }

  void limitAccount(int openShards) {
    accountLimit = openShards;
  }

  private void respond(HttpExchange exchange) throws IOException {
    String target = exchange.getRequestHeaders().getFirst(TARGET);
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (target.startsWith("Kinesis")) {
      respond(exchange, target.substring(target.indexOf('.') + 1), CBOR.readTree(body));
    } else {
      forward(exchange, target, body);
    }
    exchange.close();
  }

  private void forward(HttpExchange exchange, String target, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(dynamoDb)
            .header(TARGET, target)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    for (String name : List.of("Content-Type", "Authorization", "X-Amz-Date")) {
      request.header(name, exchange.getRequestHeaders().getFirst(name));
    }
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      send(exchange, response.statusCode(), "application/x-amz-json-1.0", response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void respond(HttpExchange exchange, String operation, JsonNode request)
      throws IOException {
    Deque<Refusal> matching = new ArrayDeque<>();
    refusals.stream().filter(one -> one.operation().equals(operation)).forEach(matching::add);
    if (!matching.isEmpty()) {
      refusals.remove(matching.getFirst());
      matching.getFirst().before().run();
      fail(exchange, matching.getFirst().code(), matching.getFirst().message());
      return;
    }
    try {
      ObjectNode response =
          switch (operation) {
            case "DescribeStreamSummary" -> describe();
            case "DescribeLimits" ->
                CBOR.createObjectNode()
                    .put("OpenShardCount", 3 + stream.openShards().size())
                    .put("ShardLimit", accountLimit);
            case "UpdateShardCount" -> update(request);
            case "ListShards" -> list();
            case "GetShardIterator" -> iterator(request);
            case "GetRecords" -> records(request);
            default -> throw new IllegalStateException(operation + " is not here");
          };
      send(exchange, 200, CBOR_TYPE, CBOR.writeValueAsBytes(response));
    } catch (ShardLimitException e) {
      fail(exchange, "LimitExceededException", String.valueOf(e.getMessage()));
    }
  }

  private ObjectNode describe() {
    ObjectNode response = CBOR.createObjectNode();
    boolean isUpdating = updating.getAndUpdate(looks -> Math.max(0, looks - 1)) > 0;
    response
        .putObject("StreamDescriptionSummary")
        .put("StreamName", "departures")
        .put("StreamStatus", isUpdating ? "UPDATING" : "ACTIVE")
        .put("RetentionPeriodHours", 24)
        .put("OpenShardCount", stream.openShards().size())
        .putObject("StreamModeDetails")
        .put("StreamMode", mode);
    return response;
  }

  private ObjectNode update(JsonNode request) {
    int target = request.get("TargetShardCount").asInt();
    if (!request.get("ScalingType").asText().equals("UNIFORM_SCALING")) {
      throw new IllegalStateException("there is no other scaling type");
    }
    stream.updateShardCount(target);
    requested.add(target);
    updating.set(updateLooks);
    return CBOR.createObjectNode().put("TargetShardCount", target);
  }

  private ObjectNode list() {
    ObjectNode response = CBOR.createObjectNode();
    ArrayNode shards = response.putArray("Shards");
    for (Shard shard : stream.listed()) {
      ObjectNode listed = shards.addObject().put("ShardId", shard.id().value());
      List<ShardId> parents = shard.parents();
      if (!parents.isEmpty()) {
        listed.put("ParentShardId", parents.getFirst().value());
      }
      if (parents.size() > 1) {
        listed.put("AdjacentParentShardId", parents.getLast().value());
      }
      listed
          .putObject("HashKeyRange")
          .put("StartingHashKey", shard.range().from().toDecimal())
          .put("EndingHashKey", shard.range().to().toDecimal());
    }
    return response;
  }

  private static ObjectNode iterator(JsonNode request) {
    String after = request.path("StartingSequenceNumber").asText("");
    return CBOR.createObjectNode()
        .put("ShardIterator", request.get("ShardId").asText() + "@" + after);
  }

  private ObjectNode records(JsonNode request) {
    String iterator = request.get("ShardIterator").asText();
    ShardId shard = new ShardId(iterator.substring(0, iterator.indexOf('@')));
    String after = iterator.substring(iterator.indexOf('@') + 1);
    Position position =
        after.isEmpty() ? Position.beginning() : Position.after(new SequenceNumber(after));
    ObjectNode response =
        CBOR.createObjectNode().put("MillisBehindLatest", 0).put("NextShardIterator", iterator);
    ArrayNode records = response.putArray("Records");
    for (StreamRecord record : stream.after(shard, position, request.get("Limit").asInt())) {
      records
          .addObject()
          .put("SequenceNumber", record.sequenceNumber().digits())
          .put("PartitionKey", record.partitionKey())
          .put("Data", record.data())
          .put("ApproximateArrivalTimestamp", record.arrival().toEpochMilli());
    }
    return response;
  }

  private static void fail(HttpExchange exchange, String code, String message) throws IOException {
    ObjectNode error = CBOR.createObjectNode().put("__type", code).put("message", message);
    send(exchange, 400, CBOR_TYPE, CBOR.writeValueAsBytes(error));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
