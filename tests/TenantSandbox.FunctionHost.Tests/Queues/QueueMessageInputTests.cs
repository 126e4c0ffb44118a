using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Hosting.Queues;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Tests.Queues;

public sealed class QueueMessageInputTests
{
    [Fact]
    public void ValueOf_WithDeferredBinding_IsWhatTheExtensionSends()
    {
        var function = TestFunctions.Create(
            "F", """{"type":"queueTrigger","queueName":"q","properties":{"supportsDeferredBinding":"True"}}""");

        var value = QueueMessageInput.ValueOf(function, Message("{\"a\":\"ü<>\"}")).ModelBindingData;

        Assert.Equal(("1.0", "AzureStorageQueues", "application/json"), (value.Version, value.Source, value.ContentType));

        // As the package Microsoft.Azure.WebJobs.Extensions.Storage.Queues 5.3.10 wrote the same message.
        Assert.Equal(
            """{"MessageId":"id-1","PopReceipt":"receipt","MessageText":"{\u0022a\u0022:\u0022\u00FC\u003C\u003E\u0022}","Body":"eyJhIjoiw7w8PiJ9","NextVisibleOn":"2026-01-01T00:10:00+00:00","InsertedOn":"2026-01-01T00:00:00+00:00","ExpiresOn":"2026-01-08T00:00:00+00:00","DequeueCount":2}""",
            value.Content.ToStringUtf8());
    }

    [Theory]
    [InlineData("""{"type":"queueTrigger","queueName":"q"}""", TypedData.DataOneofCase.String)]
    [InlineData("""{"type":"queueTrigger","queueName":"q","dataType":"String"}""", TypedData.DataOneofCase.String)]
    [InlineData("""{"type":"queueTrigger","queueName":"q","dataType":"Binary"}""", TypedData.DataOneofCase.Bytes)]
    [InlineData("""{"type":"queueTrigger","queueName":"q","properties":{"supportsDeferredBinding":"False"}}""", TypedData.DataOneofCase.String)]
    public void ValueOf_WithoutDeferredBinding_IsTextOrBytes(string trigger, object expected)
    {
        var value = QueueMessageInput.ValueOf(TestFunctions.Create("F", trigger), Message("text"));

        Assert.Equal(expected, value.DataCase);
        Assert.Equal("text", value.DataCase is TypedData.DataOneofCase.Bytes ? value.Bytes.ToStringUtf8() : value.String);
    }

    [Fact]
    public void ValueOf_BytesThatArentText_FailForAStringFunction()
    {
        var function = TestFunctions.Create("F", """{"type":"queueTrigger","queueName":"q"}""");
        var message = QueuesModelFactory.QueueMessage("1", "r", BinaryData.FromBytes(new byte[] { 0xFF, 0xFE }), 1);

        Assert.Throws<DecoderFallbackException>(() => QueueMessageInput.ValueOf(function, message));
        Assert.DoesNotContain("QueueTrigger", QueueMessageInput.MetadataOf(message, new TypedData()).Keys);
    }

    [Fact]
    public void MetadataOf_AMessage_HasTheExtensionsNamesAndForms()
    {
        var metadata = QueueMessageInput.MetadataOf(Message("[1]"), new TypedData { String = "[1]" });

        Assert.Equal("[1]", metadata["QueueTrigger"].String);
        Assert.Equal("id-1", metadata["Id"].String);
        Assert.Equal("receipt", metadata["PopReceipt"].String);
        Assert.Equal("2", metadata["DequeueCount"].Json);
        Assert.Equal("\"2026-01-01T00:00:00+00:00\"", metadata["InsertionTime"].Json);
        Assert.Equal("\"2026-01-08T00:00:00+00:00\"", metadata["ExpirationTime"].Json);
        Assert.Equal("\"2026-01-01T00:10:00+00:00\"", metadata["NextVisibleTime"].Json);
        Assert.Equal(7, metadata.Count);
    }

    [Fact]
    public void MetadataOf_AJsonObjectAsText_AddsItsProperties()
    {
        const string text = """{"tenant":"acme","count":2,"spec":{"size":"s"},"list":[1],"none":null,"id":"theirs"}""";

        var metadata = QueueMessageInput.MetadataOf(Message(text), new TypedData { String = text });

        Assert.Equal("acme", metadata["tenant"].String);
        Assert.Equal("2", metadata["count"].String);
        Assert.Equal("""{"size":"s"}""", metadata["spec"].Json);
        Assert.Equal("theirs", metadata["Id"].String);
        Assert.DoesNotContain("list", metadata.Keys);
        Assert.DoesNotContain("none", metadata.Keys);
    }

    [Fact]
    public void Decode_Base64_GivesTheSendersBytes()
    {
        var decoded = QueueMessageInput.Decode(Message(Convert.ToBase64String("hello"u8)), QueueMessageEncoding.Base64);

        Assert.Equal("hello", decoded.Body.ToString());
        Assert.Equal(("id-1", "receipt", 2), (decoded.MessageId, decoded.PopReceipt, decoded.DequeueCount));
    }

    private static QueueMessage Message(string text)
    {
        var inserted = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return QueuesModelFactory.QueueMessage(
            "id-1", "receipt", BinaryData.FromString(text), 2, inserted.AddMinutes(10), inserted, inserted.AddDays(7));
    }
}
