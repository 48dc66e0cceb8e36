using System.Buffers.Binary;
using Sandbox.Native;

namespace Sandbox.Launch;

/// <summary>Collects the steps and the data of a plan.</summary>
internal sealed class PlanWriter
{
    private readonly List<PlanStep> _steps = [];
    private readonly List<byte> _data = new(8192) { 0, 0, 0, 0, 0, 0, 0, 0 };
    private readonly List<byte[]> _blobs = [];
    private long _blobEnd = LaunchPlan.BlobBase;
    private readonly List<int> _relocations = [];
    private readonly Dictionary<string, int> _strings = new(StringComparer.Ordinal);

    /// <summary>The row that the next steps belong to.</summary>
    public string Row { get; set; } = "";

    /// <summary>Whether the next steps end the launch when they fail.</summary>
    public bool Fatal { get; set; } = true;

    /// <summary>The step that the next ones require.</summary>
    public PlanStep? Requires { get; set; }

    public PlanStep? Listener { get; set; }

    public IReadOnlyList<PlanStep> Steps => _steps;

    /// <summary>Adds a call.</summary>
    public PlanStep Call(Syscall call, params PlanArgument[] arguments) => Add(call, arguments, 0, 0, null, 0);

    /// <summary>Adds a call whose failure with one errno is success.</summary>
    public PlanStep CallTolerating(int errno, Syscall call, params PlanArgument[] arguments) => Add(call, arguments, errno, 0, null, 0);

    /// <summary>Adds a call that the kernel must refuse with one errno: the read-back of a refusal.</summary>
    public PlanStep CallRefused(int errno, Syscall call, params PlanArgument[] arguments) => Add(call, arguments, 0, errno, null, 0);

    /// <summary>Adds a call that must return one value: the read-back of a setting.</summary>
    public PlanStep CallReturning(long result, Syscall call, params PlanArgument[] arguments) => Add(call, arguments, 0, 0, result, 0);

    /// <summary>Adds a call whose result is written into the data.</summary>
    public PlanStep CallStoring(int at, Syscall call, params PlanArgument[] arguments) => Add(call, arguments, 0, 0, null, at);

    /// <summary>Adds a zero-terminated text; equal texts are stored once.</summary>
    public PlanArgument Text(string text)
    {
        if (!_strings.TryGetValue(text, out var at))
        {
            at = Append(Utf8.Terminated(text));
            _strings.Add(text, at);
        }

        return PlanArgument.TextAt(at, text);
    }

    /// <summary>Adds bytes, aligned for any structure.</summary>
    public PlanArgument Bytes(ReadOnlySpan<byte> bytes, string text)
    {
        Align();
        return PlanArgument.Pointer(Append(bytes), text);
    }

    /// <summary>Adds bytes that are copied only when the plan is encoded, and must not change until then: the content of a file.</summary>
    public PlanArgument Blob(byte[] bytes, string text)
    {
        var at = _blobEnd;
        _blobs.Add(bytes);
        _blobEnd += LaunchPlan.BlobRoom(bytes);
        return new(PlanFormat.KindPointer, at, text);
    }

    /// <summary>Adds an array of pointers to texts with a null behind it, as execve(2) takes it.</summary>
    public PlanArgument Texts(IEnumerable<string> texts, string text)
    {
        var pointers = texts.Select(t => Text(t).Number).ToArray();
        Align();
        var at = LaunchPlan.DataAt + _data.Count;
        foreach (var pointer in pointers) AddPointer(pointer);
        Append(new byte[8]);
        return PlanArgument.Pointer(at, text);
    }

    /// <summary>Adds a <c>struct sock_fprog</c>: a length and a pointer to the filter.</summary>
    public PlanArgument FilterProgram(ReadOnlySpan<byte> filter, string text)
    {
        var instructions = Bytes(filter, text);
        Align();
        var head = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)(filter.Length / 8));
        var at = Append(head);
        AddPointer(instructions.Number);
        return PlanArgument.Pointer(at, text);
    }

    public LaunchPlan Build() => new([.. _steps], [.. _data], [.. _relocations], [.. _blobs]) { Listener = Listener };

    private PlanStep Add(Syscall call, PlanArgument[] arguments, int tolerate, int expect, long? expectResult, int storeAt)
    {
        // A call that must be refused can't end the launch by being refused; the engine judges it at the gate.
        var step = new PlanStep { Index = _steps.Count, Row = Row, Call = call, Arguments = arguments, Fatal = Fatal && expect == 0, Tolerate = tolerate, Expect = expect, ExpectResult = expectResult, Requires = Requires, StoreAt = storeAt };
        _steps.Add(step);
        return step;
    }

    private void AddPointer(long offset)
    {
        _relocations.Add(LaunchPlan.DataAt + _data.Count);
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, offset);
        Append(bytes);
    }

    private int Append(ReadOnlySpan<byte> bytes)
    {
        var at = LaunchPlan.DataAt + _data.Count;
        _data.AddRange(bytes);
        return at;
    }

    private void Align()
    {
        while (_data.Count % 8 != 0) _data.Add(0);
    }
}
