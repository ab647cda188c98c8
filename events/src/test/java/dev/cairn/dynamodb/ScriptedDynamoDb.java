package dev.cairn.dynamodb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;

/** Fails one call after the other as it was told, then answers; it keeps the requests. */
final class ScriptedDynamoDb implements DynamoDbClient {
  final List<DynamoDbRequest> requests = new ArrayList<>();
  final Deque<RuntimeException> failures = new ArrayDeque<>();
  QueryResponse queried = QueryResponse.builder().build();

  private <T> T next(DynamoDbRequest request, T answer) {
    requests.add(request);
    if (!failures.isEmpty()) {
      throw failures.remove();
    }
    return answer;
  }

  @Override
  public PutItemResponse putItem(PutItemRequest request) {
    return next(request, PutItemResponse.builder().build());
  }

  @Override
  public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
    return next(request, TransactWriteItemsResponse.builder().build());
  }

  @Override
  public GetItemResponse getItem(GetItemRequest request) {
    return next(request, GetItemResponse.builder().build());
  }

  @Override
  public QueryResponse query(QueryRequest request) {
    return next(request, queried);
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {}
}
