using System.Diagnostics;
using CsCheck;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>Whatever a file holds: packets, or one clear error; never another exception, never without end.</summary>
public sealed class CaptureFileFuzzTests : IDisposable
{
    private static readonly int[] LinkTypes = [0, 1, 9, 50, 101, 105, 113, 127, 228, 276];
    private readonly ScratchDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("pcapng")]
    [InlineData("nsecpcap")]
    public void Mutated_files(string type)
    {
        var (original, seed) = (_directory.At("original.pcapng"), _directory.At("seed"));
        using (var writer = new PcapngWriter(original, new() { Comment = "seed" }))
        {
            writer.Interface(new() { Name = "veth7", Filter = "ip" });
            if (type == "pcapng") writer.Process(new() { Id = 1, Name = "n", Path = "/p", Arguments = [1, 0, 2], ParentId = 3, UserId = 4, UnixNanoseconds = 5 });
            foreach (var frame in SampleFrames.All) writer.Packet(0, 1_700_000_000_000_000_000, (uint)frame.Length, frame, new() { Flags = 2, Owner = (1, 2), Comment = "c" });
            writer.Statistics(0, 1, 2, 3, 4, 5, 6);
        }

        CaptureTool.Run("editcap", "-F", type, original, seed);
        var bytes = File.ReadAllBytes(seed);
        var mutation = Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.OneOf(Gen.Byte, Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)1), Gen.Const((byte)0x80), Gen.Const((byte)0xFF)))).Array[1, 12];
        Gen.Select(mutation, Gen.Int[4, bytes.Length]).Sample(
            given =>
            {
                var changed = bytes[..given.Item2];
                foreach (var (at, value) in given.Item1.Where(m => m.Item1 < changed.Length)) changed[at] = value;
                Try(changed);
            },
            iter: 4_000);
    }

    [Fact]
    public void Random_packets_of_every_link_type() =>
        Gen.Select(Gen.Int[0, 9].Select(i => LinkTypes[i]), Gen.Byte.Array[0, 200], Gen.Int[0, SampleFrames.All.Length - 1], Gen.Int[0, 100]).Sample(
            given =>
            {
                var (link, tail, head, keep) = given;
                byte[] data = [.. SampleFrames.All[head].Take(keep), .. tail];
                var packet = PacketDissector.Dissect(new RawFrame { Data = data, Length = data.Length }, "fuzz", link);
                Assert.Equal(data.Length, packet.CapturedLength);
                _ = packet.ToString();
            },
            iter: 20_000);

    private void Try(byte[] bytes)
    {
        var watch = Stopwatch.StartNew();
        var file = _directory.At($"{Environment.CurrentManagedThreadId}"); // samples run on several threads
        File.WriteAllBytes(file, bytes);
        try
        {
            using var reader = new CaptureFileReader(file);
            var packets = 0;
            foreach (var packet in reader.Read())
            {
                _ = packet.ToString();
                Assert.True(++packets <= bytes.Length / 16);
            }
        }
        catch (SandboxException e)
        {
            Assert.Contains($"{file}, byte ", e.Message, StringComparison.Ordinal);
        }

        Assert.True(watch.ElapsedMilliseconds < 5000, Convert.ToHexString(bytes));
    }
}
