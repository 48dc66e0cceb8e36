using System.Globalization;

namespace Sandbox.Bpf;

/// <summary>
/// Writes an eBPF program: one method for each kind of instruction, jumps to labels by name, maps by name. Names are checked when it is
/// finished: a mistake is an exception here and not a riddle of the verifier.
/// </summary>
internal sealed class BpfAssembler
{
    private const byte ClassLoadImmediate = 0x00, ClassLoad = 0x01, ClassStoreImmediate = 0x02, ClassStore = 0x03, ClassAlu32 = 0x04, ClassJump = 0x05, ClassAlu64 = 0x07;
    private const byte ModeMemory = 0x60, ModeAtomic = 0xC0, SourceRegister = 0x08, OpCall = 0x80, OpExit = 0x90;
    private const int PseudoMapFd = 1, PseudoFunction = 4; // BPF_PSEUDO_MAP_FD, BPF_PSEUDO_FUNC: what the number of a wide instruction stands for
    private readonly List<ulong> _code = [];
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly List<(int At, string Label)> _jumps = [];
    private readonly List<(int At, string Map)> _maps = [];
    private readonly List<(int At, string Label)> _references = [];
    private readonly List<int> _functions = [0];
    private int _made;

    /// <summary>A label that no other has.</summary>
    public string NewLabel(string hint) => string.Create(CultureInfo.InvariantCulture, $"{hint}.{_made++}");

    /// <summary>The next instruction has this name.</summary>
    public BpfAssembler Label(string name)
    {
        if (!_labels.TryAdd(name, _code.Count)) throw new InvalidOperationException($"The label {name} is there twice.");
        return this;
    }

    public BpfAssembler Move(BpfRegister to, BpfRegister from) => Compute(BpfOperation.Move, to, from);

    public BpfAssembler Move(BpfRegister to, int number) => Compute(BpfOperation.Move, to, number);

    /// <summary>Loads 64 bits.</summary>
    public BpfAssembler MoveWide(BpfRegister to, ulong number) => Wide(to, 0, number);

    /// <summary>Loads the address of a map.</summary>
    public BpfAssembler LoadMap(BpfRegister to, string map)
    {
        _maps.Add((_code.Count, map));
        return Wide(to, PseudoMapFd, 0);
    }

    /// <summary>A function of its own begins here: what is before it has ended.</summary>
    public BpfAssembler Function(string name)
    {
        _functions.Add(_code.Count);
        return Label(name);
    }

    /// <summary>Loads the address of a function, for helpers that call one.</summary>
    public BpfAssembler LoadFunction(BpfRegister to, string function)
    {
        _references.Add((_code.Count, function));
        return Wide(to, PseudoFunction, 0);
    }

    public BpfAssembler Compute(BpfOperation operation, BpfRegister to, BpfRegister from) => Emit(ClassAlu64 | (byte)operation | SourceRegister, to, from, 0, 0);

    public BpfAssembler Compute(BpfOperation operation, BpfRegister to, int number) => Emit(ClassAlu64 | (byte)operation, to, 0, 0, number);

    /// <summary>The same on the lower 32 bits; the upper become zero.</summary>
    public BpfAssembler Compute32(BpfOperation operation, BpfRegister to, int number) => Emit(ClassAlu32 | (byte)operation, to, 0, 0, number);

    public BpfAssembler Move32(BpfRegister to, BpfRegister from) => Emit(ClassAlu32 | (byte)BpfOperation.Move | SourceRegister, to, from, 0, 0);

    public BpfAssembler Load(BpfSize size, BpfRegister to, BpfRegister from, int offset) => Emit(ClassLoad | ModeMemory | (byte)size, to, from, offset, 0);

    public BpfAssembler Store(BpfSize size, BpfRegister to, int offset, BpfRegister from) => Emit(ClassStore | ModeMemory | (byte)size, to, from, offset, 0);

    public BpfAssembler Store(BpfSize size, BpfRegister to, int offset, int number) => Emit(ClassStoreImmediate | ModeMemory | (byte)size, to, 0, offset, number);

    /// <summary>Adds to 64 bits in memory at once.</summary>
    public BpfAssembler AtomicAdd(BpfRegister to, int offset, BpfRegister from) => Emit(ClassStore | ModeAtomic | (byte)BpfSize.Double, to, from, offset, 0);

    public BpfAssembler Jump(string label) => Branch(ClassJump, 0, 0, 0, label);

    public BpfAssembler JumpIf(BpfRegister left, BpfCondition condition, int number, string label) => Branch(ClassJump | (byte)condition, left, 0, number, label);

    public BpfAssembler JumpIf(BpfRegister left, BpfCondition condition, BpfRegister right, string label) => Branch(ClassJump | (byte)condition | SourceRegister, left, right, 0, label);

    public BpfAssembler Call(BpfHelper helper) => Emit(ClassJump | OpCall, 0, 0, 0, (int)helper);

    public BpfAssembler Exit() => Emit(ClassJump | OpExit, 0, 0, 0, 0);

    /// <summary>The program, with the descriptors of its maps.</summary>
    public BpfCode Finish(IReadOnlyDictionary<string, int> maps)
    {
        var code = _code.ToArray();
        foreach (var (at, label) in _jumps)
        {
            var distance = Find(label) - at - 1;
            if (distance is < short.MinValue or > short.MaxValue) throw new InvalidOperationException($"{label} is too far away: {distance} instructions.");
            code[at] |= (ulong)(ushort)distance << 16;
        }

        foreach (var (at, map) in _maps)
        {
            if (!maps.TryGetValue(map, out var fd)) throw new InvalidOperationException($"There is no map {map}.");
            code[at] |= (ulong)(uint)fd << 32;
        }

        foreach (var (at, label) in _references) code[at] |= (ulong)(uint)(Find(label) - at - 1) << 32;
        return new(code, [.. _functions]);
    }

    private int Find(string label) => _labels.TryGetValue(label, out var at) ? at : throw new InvalidOperationException($"There is no label {label}.");

    private BpfAssembler Branch(int opcode, BpfRegister left, BpfRegister right, int number, string label)
    {
        _jumps.Add((_code.Count, label));
        return Emit(opcode, left, right, 0, number);
    }

    private BpfAssembler Wide(BpfRegister to, int source, ulong number)
    {
        Emit(ClassLoadImmediate | (byte)BpfSize.Double, to, (BpfRegister)source, 0, (int)(uint)number);
        return Emit(0, 0, 0, 0, (int)(number >> 32));
    }

    private BpfAssembler Emit(int opcode, BpfRegister to, BpfRegister from, int offset, int number)
    {
        if (offset is < short.MinValue or > short.MaxValue) throw new InvalidOperationException($"The offset {offset} has no room in an instruction.");
        _code.Add((byte)opcode | ((ulong)((byte)to | ((byte)from << 4)) << 8) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)number << 32));
        return this;
    }
}
