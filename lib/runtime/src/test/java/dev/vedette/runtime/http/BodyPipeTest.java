package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The pipe between the thread that writes a reply and the one that sends it. */
@Timeout(30)
class BodyPipeTest {
  private final Receiver receiver = new Receiver();

  /** Takes what comes: a whole body, or a stream that it asks for one buffer at a time. */
  private static final class Receiver implements BodyPipe.Outcome, Subscriber<ByteBuf> {
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    final CompletableFuture<String> ended = new CompletableFuture<>();
    boolean reads = true;
    @Nullable Subscription subscription;

    @Override
    public void whole(byte[] body) {
      received.writeBytes(body);
      ended.complete("whole");
    }

    @Override
    public void stream(BodyPipe body) {
      body.subscribe(this);
    }

    @Override
    public void onSubscribe(Subscription s) {
      subscription = s;
      if (reads) {
        s.request(1);
      }
    }

    @Override
    public void onNext(ByteBuf buffer) {
      byte[] bytes = new byte[buffer.readableBytes()];
      buffer.readBytes(bytes);
      received.writeBytes(bytes);
      subscription.request(1);
    }

    @Override
    public void onError(Throwable t) {
      ended.complete("error " + t.getMessage());
    }

    @Override
    public void onComplete() {
      ended.complete("complete");
    }
  }

  @Test
  void whateverIsWrittenArrivesInOrder() throws IOException {
    long seed = Long.getLong("seed", 1);
    System.out.println("-Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      Receiver to = new Receiver();
      BodyPipe pipe = new BodyPipe(to, Duration.ofSeconds(10));
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      for (int part = random.nextInt(20); part > 0; part--) {
        byte[] bytes = new byte[random.nextInt(100_000) + 1];
        random.nextBytes(bytes);
        pipe.write(bytes);
        pipe.write(part);
        written.writeBytes(bytes);
        written.write(part);
      }
      pipe.close();

      assertThat(to.ended.join()).isIn("whole", "complete");
      assertThat(to.received.toByteArray()).as("seed %d", seed).isEqualTo(written.toByteArray());
    }
  }

  @Test
  void aBodyThatJustFitsIsHandedOverWhole() throws IOException {
    BodyPipe pipe = new BodyPipe(receiver, Duration.ofSeconds(10));
    pipe.write(new byte[BodyPipe.BUFFER_BYTES]);
    pipe.close();

    assertThat(receiver.ended.join()).isEqualTo("whole");
    assertThat(receiver.received.size()).isEqualTo(BodyPipe.BUFFER_BYTES);
  }

  @Test
  void aWriterWithoutAReaderIsHeldBackAndThenStopped() throws IOException {
    receiver.reads = false;
    BodyPipe pipe = new BodyPipe(receiver, Duration.ZERO);
    pipe.write(new byte[BodyPipe.BUFFER_BYTES * (BodyPipe.MAX_WAITING + 1)]);

    assertThatThrownBy(() -> pipe.write(1))
        .isInstanceOf(ClientGone.class)
        .hasMessageContaining("read nothing");
  }

  @Test
  void aWriterWhoseReaderCancelledIsTold() throws IOException {
    receiver.reads = false;
    BodyPipe pipe = new BodyPipe(receiver, Duration.ofSeconds(10));
    pipe.write(new byte[BodyPipe.BUFFER_BYTES + 1]);
    receiver.subscription.cancel();

    assertThatThrownBy(() -> pipe.write(new byte[BodyPipe.BUFFER_BYTES]))
        .isInstanceOf(ClientGone.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aFailureHalfWayReachesTheReader() throws IOException {
    BodyPipe pipe = new BodyPipe(receiver, Duration.ofSeconds(10));
    pipe.write(new byte[BodyPipe.BUFFER_BYTES + 1]);
    pipe.fail(new IllegalStateException("half way"));

    assertThat(receiver.ended.join()).isEqualTo("error half way");
  }
}
