package dev.cairn.local.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.job.TableEvent;
import dev.cairn.retry.Backoff;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TableStreamTest {
  private static final JobId JOB = new JobId("flights");
  private static final TableEvent REQUESTED = new TableEvent.Requested(JOB);

  private final DynamoDbLocal dynamoDb = DynamoDbLocal.serve(0);
  private final List<TableEvent> events = new ArrayList<>();

  @AfterEach
  void stop() {
    dynamoDb.close();
  }

  private DynamoDbCheckpointStore table() {
    CairnTable.create(dynamoDb.client(), "cairn");
    CairnTable.create(dynamoDb.client(), "cairn");
    return new DynamoDbCheckpointStore(
        dynamoDb.client(), "cairn", Backoff.sleeping(), () -> Instant.EPOCH);
  }

  @Test
  void handsOnWhatHappenedInOrder() {
    DynamoDbCheckpointStore table = table();
    TableStream stream = new TableStream(dynamoDb.client(), dynamoDb.streams(), "cairn");
    CheckpointId first = new CheckpointId(1);
    SubtaskId subtask = new SubtaskId(JOB, new StageId("delays"), new ShardId("shardId-0"));

    table.create(Job.create(JOB, CheckpointSettings.DEFAULTS));
    table.acknowledge(new Acknowledgement.Acknowledged(subtask, first, Optional.empty(), 0, 0));
    table.request(JOB, Request.restore("1"));

    assertThat(stream.poll(events::add)).isEqualTo(2);
    assertThat(events)
        .containsExactly(new TableEvent.AcknowledgementWritten(JOB, first, subtask), REQUESTED);
    assertThat(stream.poll(events::add)).isZero();
    table.request(JOB, Request.restore("2"));
    assertThat(stream.poll(events::add)).isEqualTo(1);
  }

  @Test
  void handsOnAgainWhatItsConsumerDidNotTake() {
    DynamoDbCheckpointStore table = table();
    TableStream stream = new TableStream(dynamoDb.client(), dynamoDb.streams(), "cairn");
    table.create(Job.create(JOB, CheckpointSettings.DEFAULTS));
    table.request(JOB, Request.restore("1"));

    assertThatThrownBy(
            () ->
                stream.poll(
                    event -> {
                      throw new IllegalStateException("not now");
                    }))
        .hasMessage("not now");
    stream.poll(events::add);
    assertThat(events).containsExactly(REQUESTED);
  }

  @Test
  void isReachedOverLoopbackOnly() throws Exception {
    int port = dynamoDb.endpoint().orElseThrow().getPort();
    Optional<InetAddress> outside =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
            .findFirst();
    Assumptions.assumeTrue(outside.isPresent(), "this machine has no other address");

    try (Socket socket = new Socket()) {
      InetSocketAddress address = new InetSocketAddress(outside.get(), port);
      assertThatThrownBy(() -> socket.connect(address, 2_000)).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void saysWhichPortIsTaken() {
    int port = dynamoDb.endpoint().orElseThrow().getPort();

    assertThatThrownBy(() -> DynamoDbLocal.serve(port))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("127.0.0.1:" + port);
  }
}
