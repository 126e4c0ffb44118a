using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Probe.Targets;

/// <summary>Asks a DNS server for the IPv4 address of a name (RFC 1035), and once more when half of the time is over.</summary>
internal static class DnsProbe
{
    private const int HeaderLength = 12;

    /// <param name="address">The server.</param>
    /// <param name="name">The name.</param>
    /// <param name="repeatAfterMilliseconds">When the question is repeated.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<(ProbeOutcome Outcome, string Detail)> TryAsync(
        IPEndPoint address, string name, int repeatAfterMilliseconds, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // A connected socket takes packets of this address only, and reports ICMP errors.
        await socket.ConnectAsync(address, cancellationToken);
        var question = Question((ushort)Random.Shared.Next(ushort.MaxValue + 1), name);
        await socket.SendAsync(question, SocketFlags.None, cancellationToken);
        try
        {
            using var first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            first.CancelAfter(repeatAfterMilliseconds);
            return await ReceiveAsync(socket, question, first.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await socket.SendAsync(question, SocketFlags.None, cancellationToken);
            return await ReceiveAsync(socket, question, cancellationToken);
        }
    }

    private static async Task<(ProbeOutcome Outcome, string Detail)> ReceiveAsync(Socket socket, byte[] question, CancellationToken cancellationToken)
    {
        var packet = new byte[512];
        while (true)
        {
            var length = await socket.ReceiveAsync(packet, SocketFlags.None, cancellationToken);
            if (Answer(packet.AsSpan(0, length), question) is { } answer)
            {
                return answer;
            }
        }
    }

    /// <summary>One question of type A and class IN, with recursion desired.</summary>
    private static byte[] Question(ushort id, string name)
    {
        var labels = name.Split('.');
        var question = new byte[HeaderLength + labels.Sum(l => l.Length + 1) + 1 + 4];
        BinaryPrimitives.WriteUInt16BigEndian(question, id);
        question[2] = 1;
        question[5] = 1;
        var at = HeaderLength;
        foreach (var label in labels)
        {
            question[at] = (byte)label.Length;
            at += 1 + Encoding.ASCII.GetBytes(label, question.AsSpan(at + 1));
        }

        question[at + 2] = 1;
        question[at + 4] = 1;
        return question;
    }

    /// <summary>What an answer says; null for a packet that is none to this question.</summary>
    private static (ProbeOutcome Outcome, string Detail)? Answer(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> question)
    {
        if (packet.Length < question.Length
            || !packet[..2].SequenceEqual(question[..2])
            || (packet[2] & 0x80) == 0
            || !packet[HeaderLength..question.Length].SequenceEqual(question[HeaderLength..]))
        {
            return null;
        }

        var records = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        return (packet[3] & 0x0f) switch
        {
            0 => (ProbeOutcome.Resolved, $"{records} records"),
            3 => (ProbeOutcome.Resolved, "no such name"),
            2 => (ProbeOutcome.Refused, "the server answered SERVFAIL"),
            5 => (ProbeOutcome.Refused, "the server answered REFUSED"),
            var code => (ProbeOutcome.Refused, $"the server answered with code {code}"),
        };
    }
}
