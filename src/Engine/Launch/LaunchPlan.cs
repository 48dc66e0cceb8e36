using System.Buffers.Binary;

namespace Sandbox.Launch;

/// <summary>An ordered list of steps with their data: everything that happens between the launcher's start and the target's first instruction.</summary>
internal sealed class LaunchPlan(IReadOnlyList<PlanStep> steps, byte[] data, IReadOnlyList<int> relocations, IReadOnlyList<byte[]>? blobs = null)
{
    /// <summary>Where a plan's data begins: offsets into it are fixed while the steps are still being added.</summary>
    public const int DataAt = PlanFormat.HeaderSize + PlanFormat.ScratchSize;

    /// <summary>Pointers from here on are into the blobs, which lie behind the data: where, is known when the plan is complete.</summary>
    public const long BlobBase = 1L << 40;

    private readonly int _blobSize = blobs?.Sum(BlobRoom) ?? 0;
    private readonly Lazy<Dictionary<string, PlanStep[]>> _rows = new(() => steps.GroupBy(s => s.Row).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal));

    public IReadOnlyList<PlanStep> Steps => steps;

    /// <summary>The steps of an outcome row, in their order; none for a row that takes no call.</summary>
    public IReadOnlyList<PlanStep> StepsOf(string row) => _rows.Value.TryGetValue(row, out var found) ? found : [];

    /// <summary>The step after which the reaper fetches the notification listener.</summary>
    public PlanStep? Listener { get; init; }

    /// <summary>Whether it is the janitor's list of directories and not a launch.</summary>
    public bool Janitor { get; init; }

    /// <summary>The same steps as the janitor's list: the first argument of each is a directory.</summary>
    public LaunchPlan ForJanitor() => new(steps, data, relocations) { Janitor = true };

    private static int Align(int at) => (at + 15) & ~15;

    /// <summary>The bytes that a blob takes up in a plan.</summary>
    public static int BlobRoom(byte[] blob) => (blob.Length + 7) & ~7;

    private int BlobsAt => Align(DataAt + data.Length);

    public int StepsAt => Align(BlobsAt + _blobSize);

    public int ResultsAt => StepsAt + (steps.Count * PlanFormat.StepSize);

    public int RelocationsAt => Align(ResultsAt + (steps.Count * 4));

    public int Size => RelocationsAt + (relocations.Count * 4);

    /// <summary>Writes the plan into zeroed memory of <see cref="Size"/> bytes.</summary>
    public void Encode(Span<byte> memory, int controlFd)
    {
        Check();
        Write(memory, PlanFormat.MagicAt, PlanFormat.Magic);
        Write(memory, PlanFormat.VersionAt, PlanFormat.Version);
        Write(memory, PlanFormat.SizeAt, Size);
        Write(memory, PlanFormat.StepCountAt, steps.Count);
        Write(memory, PlanFormat.StepsAt, StepsAt);
        Write(memory, PlanFormat.ResultsAt, ResultsAt);
        Write(memory, PlanFormat.RelocationsAt, RelocationsAt);
        Write(memory, PlanFormat.RelocationCountAt, relocations.Count);
        Write(memory, PlanFormat.ControlFdAt, controlFd);
        Write(memory, PlanFormat.ModeAt, Janitor ? PlanFormat.ModeJanitor : PlanFormat.ModeRun);
        Write(memory, PlanFormat.ListenerStepAt, Listener?.Index ?? -1);
        Write(memory, PlanFormat.ScratchAt, PlanFormat.HeaderSize);
        data.CopyTo(memory[DataAt..]);
        var at = BlobsAt;
        foreach (var blob in blobs ?? [])
        {
            blob.CopyTo(memory[at..]);
            at += BlobRoom(blob);
        }

        for (var i = 0; i < relocations.Count; i++) Write(memory, RelocationsAt + (4 * i), relocations[i]);
        foreach (var step in steps) Encode(memory.Slice(StepsAt + (step.Index * PlanFormat.StepSize), PlanFormat.StepSize), step);
        for (var i = 0; i < steps.Count; i++) Write(memory, ResultsAt + (4 * i), PlanFormat.NotReached);
    }

    private void Encode(Span<byte> memory, PlanStep step)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(memory[PlanFormat.StepFlagsAt..], (ushort)((step.Fatal ? PlanFormat.FlagFatal : 0) | (step.Inject != 0 ? PlanFormat.FlagInject : 0)));
        BinaryPrimitives.WriteUInt16LittleEndian(memory[PlanFormat.StepTolerateAt..], (ushort)step.Tolerate);
        Write(memory, PlanFormat.StepRequiresAt, step.Requires?.Index ?? -1);
        Write(memory, PlanFormat.StepStoreAt, step.StoreAt);
        BinaryPrimitives.WriteInt64LittleEndian(memory[PlanFormat.StepNumberAt..], step.Call.Number);
        var kinds = 0;
        for (var i = 0; i < step.Arguments.Count; i++)
        {
            kinds |= step.Arguments[i].Kind << (4 * i);
            BinaryPrimitives.WriteInt64LittleEndian(memory[(PlanFormat.StepArgumentsAt + (8 * i))..], Place(step.Arguments[i]));
        }

        if (step.Inject != 0) BinaryPrimitives.WriteInt64LittleEndian(memory[PlanFormat.StepArgumentsAt..], step.Inject);
        Write(memory, PlanFormat.StepKindsAt, kinds);
    }

    private long Place(PlanArgument argument) =>
        argument.Kind == PlanFormat.KindPointer && argument.Number >= BlobBase ? argument.Number - BlobBase + BlobsAt : argument.Number;

    // The launcher trusts its plan: what it would misread is refused here.
    private void Check()
    {
        foreach (var step in steps)
        {
            if (step.Arguments.Count > 6) throw Bad(step, "has more than six arguments");
            if (step.Requires is { } requires && requires.Index >= step.Index) throw Bad(step, "requires a later step");
            if (step.StoreAt != 0 && (step.StoreAt < DataAt || step.StoreAt + 4 > DataAt + data.Length)) throw Bad(step, "stores outside the data");
            foreach (var argument in step.Arguments)
            {
                if (argument.Kind == PlanFormat.KindResult && (argument.Number < 0 || argument.Number >= step.Index)) throw Bad(step, "uses the result of a later step");
                if (argument.Kind == PlanFormat.KindPointer && !IsInside(argument.Number)) throw Bad(step, "points outside the data");
            }
        }
    }

    private bool IsInside(long pointer) => pointer >= BlobBase ? pointer < BlobBase + _blobSize : pointer >= DataAt && pointer < DataAt + data.Length;

    private static InvalidOperationException Bad(PlanStep step, string what) => new($"Launch plan step {step.Index} ({step}) {what}.");

    private static void Write(Span<byte> memory, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(memory[at..], value);
}
