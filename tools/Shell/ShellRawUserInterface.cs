using System.Management.Automation.Host;

namespace Sandbox.Shell;

/// <summary>The screen's size, which the format system asks for; everything that draws is refused.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    private const int RedirectedWidth = 120;
    private const int RedirectedHeight = 50;

    public override Size BufferSize { get => WindowSize; set => throw Refuse(); }

    public override Size WindowSize
    {
        // A pseudo-terminal without a size says 0.
        get => !Console.IsOutputRedirected && Console.WindowWidth > 0
            ? new Size(Console.WindowWidth, Console.WindowHeight)
            : new Size(RedirectedWidth, RedirectedHeight);
        set => throw Refuse();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Coordinates WindowPosition { get; set; }

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override string WindowTitle { get; set; } = "";

    public override bool KeyAvailable => false;

    public override void FlushInputBuffer()
    {
    }

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Refuse();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Refuse();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Refuse();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Refuse();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw Refuse();

    private static NotSupportedException Refuse() => new("This host is not interactive and has no screen.");
}
