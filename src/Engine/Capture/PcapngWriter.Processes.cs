namespace Sandbox.Capture;

/// <content>
/// What is known of the processes whose packets come, each before its first, and again where another of its id came between: Wireshark's
/// custom block of process information, little-endian in every section (wiretap/pcapng-wireshark-custom.c).
/// </content>
internal sealed partial class PcapngWriter
{
    private const int MostProcesses = 65_536, LongestOption = 65_535;
    private readonly Dictionary<int, CapturedProcess> _processes = [];

    /// <summary>Adds the process of the packet that comes next, unless it is the last of its id that the file has.</summary>
    public void Process(CapturedProcess process)
    {
        if (_processes.TryGetValue(process.Id, out var last) && ReferenceEquals(last, process)) return;
        if (_processes.Count >= MostProcesses) _processes.Clear(); // one that comes again is written again
        _processes[process.Id] = process;
        _buffer.Begin(PcapngBlock.Custom);
        _buffer.UInt32(WiresharkBlock.Enterprise);
        _buffer.UInt32(WiresharkBlock.ProcessInformation);
        var length = _buffer.Length;
        _buffer.UInt32(0);
        _buffer.UInt32((uint)process.Id);
        _buffer.Option(WiresharkBlock.Name, process.Name);
        _buffer.Option(WiresharkBlock.Path, process.Path);
        if (process.Arguments is { Length: <= LongestOption } arguments) _buffer.Option(WiresharkBlock.Arguments, arguments); // a part would be another command
        if (process.ParentId is { } parent) _buffer.Option(WiresharkBlock.Parent, (uint)parent);
        if (process.UserId is { } user) _buffer.Option(WiresharkBlock.UserId, (uint)user);
        _buffer.Option(WiresharkBlock.UserName, process.UserName);
        if (process.UnixNanoseconds is { } start) _buffer.Option(WiresharkBlock.Start, (ulong)start);
        _buffer.EndOfOptions();
        _buffer.Set(length, (uint)(_buffer.Length - length - 4));
        _buffer.End();
    }
}
