using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Tests.Launch;

/// <summary>The encoding by its documented numbers, and what a plan refuses to encode.</summary>
public sealed class LaunchPlanTests
{
    private static readonly Syscall Close = Syscall.Close;

    [Fact]
    public void Encoding_is_the_documented_layout()
    {
        var w = new PlanWriter { Row = "a" };
        var first = w.Call(Syscall.Operation("gate", PlanFormat.OperationGate), 82, 2);
        w.Fatal = false;
        w.Requires = first;
        w.CallTolerating(17, new("mkdirat", 258, 258), -100, w.Text("hello"), first);
        w.Requires = null;
        w.Call(Close, 7).Inject = 12;
        var memory = Encode(w.Build(), 41);

        Assert.Equal([0x4E4C5053, 1, memory.Length, 3], Words(memory, 0, 4));
        int steps = Word(memory, 16), results = Word(memory, 20), data = 256 + 4096;
        Assert.Equal([41, 0, -1, 256], Words(memory, 32, 4));
        Assert.Equal("hello\0"u8.ToArray(), memory[(data + 8)..(data + 14)]);
        // {flags, tolerate, requires, kinds, store, number, arguments}
        Assert.Equal((1, 0, -1, 0, 0, -3L, 82L, 2L), Step(memory, steps));
        Assert.Equal((0, 17, 0, 0x210, 0, 258L, -100L, data + 8L), Step(memory, steps + 80));
        Assert.Equal((2, 0, -1, 0, 0, (long)Close.Number, 12L, 0L), Step(memory, steps + 160));
        Assert.All(Words(memory, results, 3), r => Assert.Equal(-2147483647, r));
    }

    [Fact]
    public void Pointers_in_the_data_are_relocated()
    {
        var w = new PlanWriter();
        var texts = w.Texts(["x", "yz"], "argv");
        w.Call(Close, texts);
        var memory = Encode(w.Build(), 3);
        Assert.Equal(2, Word(memory, 28));
        foreach (var (at, text) in Words(memory, Word(memory, 24), 2).Zip(["x\0", "yz\0"]))
        {
            var pointer = (int)BinaryPrimitives.ReadInt64LittleEndian(memory.AsSpan(at));
            Assert.Equal(text, System.Text.Encoding.ASCII.GetString(memory, pointer, text.Length));
        }

        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(memory.AsSpan((int)texts.Number + 16)));
    }

    [Fact]
    public void A_text_with_a_zero_byte_is_an_error_that_names_it() =>
        Assert.Contains("a\\0b", Assert.Throws<SandboxException>(() => new PlanWriter().Text("a\0b")).Message, StringComparison.Ordinal);

    [Fact]
    public void Equal_texts_are_stored_once()
    {
        var w = new PlanWriter();
        Assert.Equal(w.Text("/usr").Number, w.Text("/usr").Number);
        Assert.NotEqual(w.Text("/usr").Number, w.Text("/us").Number);
    }

    public static TheoryData<string> Mistakes => ["seven arguments", "requires itself", "result of itself", "pointer before the data", "pointer behind the data", "store behind the data"];

    [Theory, MemberData(nameof(Mistakes))]
    public void What_the_launcher_would_misread_is_refused_by_name(string mistake)
    {
        var step = new PlanStep { Index = 0, Row = "row", Call = new("bad_call", 1, 1), Arguments = [] };
        step = mistake switch
        {
            "seven arguments" => new() { Index = 0, Row = "row", Call = step.Call, Arguments = [0, 0, 0, 0, 0, 0, 0] },
            "requires itself" => new() { Index = 0, Row = "row", Call = step.Call, Arguments = [], Requires = step },
            "result of itself" => new() { Index = 0, Row = "row", Call = step.Call, Arguments = [step] },
            "pointer before the data" => new() { Index = 0, Row = "row", Call = step.Call, Arguments = [PlanArgument.Pointer(64, "header")] },
            "pointer behind the data" => new() { Index = 0, Row = "row", Call = step.Call, Arguments = [PlanArgument.Pointer(LaunchPlan.DataAt + 8, "end")] },
            _ => new() { Index = 0, Row = "row", Call = step.Call, Arguments = [], StoreAt = LaunchPlan.DataAt + 5 },
        };
        var error = Assert.Throws<InvalidOperationException>(() => Encode(new([step], new byte[8], []), 3));
        Assert.Contains("step 0 (row: bad_call(", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Encode(LaunchPlan plan, int control)
    {
        var memory = new byte[plan.Size];
        plan.Encode(memory, control);
        return memory;
    }

    private static int Word(byte[] memory, int at) => BinaryPrimitives.ReadInt32LittleEndian(memory.AsSpan(at));

    private static int[] Words(byte[] memory, int at, int count) => [.. Enumerable.Range(0, count).Select(i => Word(memory, at + (4 * i)))];

    private static (int Flags, int Tolerate, int Requires, int Kinds, int Store, long Number, long First, long Second) Step(byte[] m, int at) => (
        BinaryPrimitives.ReadUInt16LittleEndian(m.AsSpan(at)), BinaryPrimitives.ReadUInt16LittleEndian(m.AsSpan(at + 2)), Word(m, at + 4), Word(m, at + 8), Word(m, at + 12),
        BinaryPrimitives.ReadInt64LittleEndian(m.AsSpan(at + 16)), BinaryPrimitives.ReadInt64LittleEndian(m.AsSpan(at + 24)), BinaryPrimitives.ReadInt64LittleEndian(m.AsSpan(at + 32)));
}
