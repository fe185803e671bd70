package dev.orrery.protocol.wire;

import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.wire.proto.CapturedLogForm;
import dev.orrery.protocol.wire.proto.ContentForm;
import dev.orrery.protocol.wire.proto.ShippedForm;
import dev.orrery.protocol.wire.proto.StoredFileForm;
import dev.orrery.protocol.wire.proto.StreamForm;

/** The wire form of files and captured output. */
final class ContentWire {

    private ContentWire() {}

    static StoredFileForm form(StoredFile file) {
        return StoredFileForm.newBuilder()
                .setName(file.name())
                .setSizeBytes(file.sizeBytes())
                .setSha256(file.sha256())
                .setContent(form(file.content()))
                .build();
    }

    static StoredFile file(StoredFileForm form) {
        return new StoredFile(
                form.getName(), form.getSizeBytes(), form.getSha256(), content(form.getContent()));
    }

    static CapturedLogForm form(CapturedLog log) {
        return CapturedLogForm.newBuilder()
                .setSizeBytes(log.sizeBytes())
                .setDroppedBytes(log.droppedBytes())
                .setContent(form(log.content()))
                .build();
    }

    static CapturedLog log(CapturedLogForm form) {
        return new CapturedLog(
                form.getSizeBytes(), form.getDroppedBytes(), content(form.getContent()));
    }

    private static ContentForm form(Content content) {
        ContentForm.Builder form = ContentForm.newBuilder();
        switch (content) {
            case Content.Inline(Bytes bytes) -> form.setInline(ModelWire.form(bytes));
            case Content.Stored(BlobId blob) -> form.setBlob(blob.sha256());
            case Content.Shipped() -> form.setShipped(ShippedForm.getDefaultInstance());
        }
        return form.build();
    }

    private static Content content(ContentForm form) {
        return switch (form.getContentCase()) {
            case INLINE -> new Content.Inline(ModelWire.bytes(form.getInline()));
            case BLOB -> new Content.Stored(new BlobId(form.getBlob()));
            case SHIPPED -> new Content.Shipped();
            case CONTENT_NOT_SET -> throw WireException.unknown("place of content");
        };
    }

    static StreamForm form(CapturedLog.Stream stream) {
        return switch (stream) {
            case STDOUT -> StreamForm.STREAM_STDOUT;
            case STDERR -> StreamForm.STREAM_STDERR;
        };
    }

    static CapturedLog.Stream stream(StreamForm form) {
        return switch (form) {
            case STREAM_STDOUT -> CapturedLog.Stream.STDOUT;
            case STREAM_STDERR -> CapturedLog.Stream.STDERR;
            case STREAM_UNSPECIFIED, UNRECOGNIZED -> throw WireException.unknown("output stream");
        };
    }
}
