"""Event files as TensorBoard's own writer makes them: Fixtures/tensorboard.   python Tools/make_fixtures/tensorboard_events.py

Wall times are fixed. The writer's first event is made here: its own names the writer and the time of day.
"""
import io

from pins import FIXTURES, check

check("tensorboard")

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.summary.writer.record_writer import RecordWriter

OUT = FIXTURES / "tensorboard"


def scalars(wall_time, step, **values):
    pairs = [(tag.replace("__", "/"), value) for tag, value in values.items()]
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=t, simple_value=v) for t, v in pairs])
    return event_pb2.Event(wall_time=wall_time, step=step, summary=summary)


def start(wall_time, step):
    log = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    return event_pb2.Event(wall_time=wall_time, step=step, session_log=log)


def write(name, events):
    content = io.BytesIO()
    writer = RecordWriter(content)
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))
    (OUT / name).write_bytes(content.getvalue())
    print(f"{name}: {len(events)} events, {len(content.getvalue())} bytes")


def train(wall_time, step, loss, gradient_norm=0.75):
    return scalars(
        wall_time, step, train__loss=loss, train__learning_rate=0.001, train__gradient_norm=gradient_norm,
        train__captions_per_second=28.5)


OUT.mkdir(exist_ok=True)
version = event_pb2.Event(wall_time=1767225600.0, file_version="brain.Event:2")
write("run.tfevents", [
    version, start(1767225600.25, 1),
    train(1767225601.5, 1, 3.5), train(1767225602.5, 2, float("inf"), float("-inf")),
    train(1767225603.5, 300, 0.0),
    scalars(1767225604.5, 300, validation__loss=3.25, validation__cider=0.25, validation__bleu_4=0.125,
            validation__rouge_l=0.5),
    scalars(1767225605.5, 5_000_000_000, validation__loss=3.25),
])
write("resumed.tfevents", [version, start(1767225700.25, 3), train(1767225701.5, 3, 3.5)])

lengths = [0, 1, 7, 8, 9, 31, 32, 33, 1000]
content = [(17 * index + 3) % 256 for index in range(1000)]
lines = [f"{length} {masked_crc32c(bytes(content[:length])):08x}\n" for length in lengths]
(OUT / "masked-crc32c.txt").write_text("".join(lines))
